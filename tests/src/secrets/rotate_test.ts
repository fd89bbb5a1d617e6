import assert from "node:assert/strict";
import type { Sql } from "../../../db/open.ts";
import { SEALED_COLUMNS, type SealedColumn } from "../../../db/installation/sealed_columns.ts";
import { builtInAuthority } from "../../../src/issuing/authority.ts";
import { loadConfig } from "../../../src/config.ts";
import { systemRandom } from "../../../src/runtime.ts";
import { addKeyToFile, loadKeyRing } from "../../../src/secrets/load.ts";
import { rotateSecrets } from "../../../src/secrets/rotate.ts";
import { withRuntime } from "../../support/runtime.ts";

/** The columns of the schema whose name marks them as encrypted. */
async function sealedColumnsOfSchema(db: Sql): Promise<SealedColumn[]> {
  return await db<SealedColumn[]>`
    select c.relname as table, a.attname as column from pg_attribute a join pg_class c on c.oid = a.attrelid
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and a.attnum > 0 and not a.attisdropped and a.attname like '%\_sealed' order by 1, 2`;
}

Deno.test("the table of sealed columns is the schema's", () =>
  withRuntime(async ({ sql }) => {
    const sorted = [...SEALED_COLUMNS].map(({ table, column }) => `${table}.${column}`).sort();
    assert.deepEqual((await sealedColumnsOfSchema(sql)).map(({ table, column }) => `${table}.${column}`), sorted);
  }));

Deno.test("rotation encrypts with the new key while a process that started before continues to read", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await withRuntime(async (runtime) => {
      const config = loadConfig({ DATA_DIR: folder }, { env: {}, readFile: () => "" });
      const old = await loadKeyRing(config, runtime.sql, systemRandom);
      // The template's was encrypted with the key of tests; without it, the first use creates one.
      await runtime.sql`delete from certificate_authorities`;
      const before = await builtInAuthority({ ...runtime, keys: old });

      const id = await addKeyToFile(config, systemRandom);
      const ring = await loadKeyRing(config, runtime.sql, systemRandom);
      assert.equal(ring.primary, id);
      assert.deepEqual(ring.ids, [id, old.primary]);
      const first = await rotateSecrets({ sql: runtime.sql, keys: ring });
      assert.deepEqual(first, { key: id, resealed: { "certificate_authorities.private_key_sealed": 1 } });
      assert.deepEqual(await rotateSecrets({ sql: runtime.sql, keys: ring }), { key: id, resealed: {} });

      // The old process knows only the old key until it meets a value of the new one.
      runtime.clock.advance(7200);
      const after = await builtInAuthority({ ...runtime, keys: old });
      assert.equal(after.certificate.fingerprint, before.certificate.fingerprint);

      const path = `${folder}/secret.keys`;
      assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
      // Without the old key in the file, everything still opens.
      const [fresh = ""] = (await Deno.readTextFile(path)).split(",");
      await Deno.writeTextFile(path, fresh);
      runtime.clock.advance(7200);
      await builtInAuthority({ ...runtime, keys: await loadKeyRing(config, runtime.sql, systemRandom) });
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("keys of a setting are not added to by the task", async () => {
  const config = loadConfig({ SECRET_KEYS: "a:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" }, {
    env: {},
    readFile: () => "",
  });
  await assert.rejects(addKeyToFile(config, systemRandom), /the keys come from SECRET_KEYS/);
});
