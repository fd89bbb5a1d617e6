import assert from "node:assert/strict";
import { startEmbedded } from "../../db/embedded.ts";
import { openDatabase } from "../../db/open.ts";

Deno.test("an embedded database restarts on its port with the committed data, also after a crash", async () => {
  const folder = await Deno.makeTempDir({ prefix: "espalier-embedded-" });
  await Deno.chmod(folder, 0o755);
  try {
    const database = await startEmbedded(folder);
    const sql = openDatabase(database.url, { max: 1 });
    try {
      await sql`create table kept (value text)`;
      let before = await database.pid();
      for (const mode of ["immediate", "fast"] as const) {
        await sql`insert into kept values (${mode})`;
        await database.restart(mode);
        const after = await database.pid();
        assert.notEqual(after, before, mode);
        before = after;
        // The pool's connection is gone; the first statement may learn of it.
        await sql`select 1`.catch(() => {});
      }
      const rows = await sql<{ value: string }[]>`select value from kept order by value desc`;
      assert.deepEqual(rows.map(({ value }) => value), ["immediate", "fast"]);
    } finally {
      await sql.end();
      await database.stop();
    }
    await assert.rejects(database.pid(), /it is not running/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
