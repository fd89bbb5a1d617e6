import assert from "node:assert/strict";
import { Problem } from "../../../src/errors.ts";
import { holdFile, removeUnreferencedFiles } from "../../../src/files/unreferenced.ts";
import type { TestRuntime } from "../../support/runtime.ts";
import { withRuntime } from "../../support/runtime.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const DAY = 86_400;

/** A data asset whose file has this digest. */
async function refer({ sql, random, clock }: TestRuntime, sha256: string): Promise<void> {
  const [artifact, version, now] = [random.uuid(), random.uuid(), clock.now()];
  await sql`
    insert into artifacts (id, name, type, channel, platforms, created_at, updated_at)
    values (${artifact}, ${artifact}, 'Data Asset', 'Device', '{macOS}', ${now}, ${now})`;
  await sql`
    insert into artifact_versions (id, artifact_id, version, created_at, updated_at)
    values (${version}, ${artifact}, 1, ${now}, ${now})`;
  await sql`
    insert into data_asset_versions (version_id, type, filename, file_size, file_sha256)
    values (${version}, 'PLIST', 'a.plist', 1, ${sha256})`;
}

Deno.test("old unused files are removed; used, new and renewed ones stay", () =>
  withRuntime(async (runtime) => {
    const { files, clock } = runtime;
    const [used, unused, again] = [
      await files.put(utf8("used"), 9),
      await files.put(utf8("unused"), 9),
      await files.put(utf8("again"), 9),
    ];
    await refer(runtime, used.sha256);
    assert.equal(await removeUnreferencedFiles(runtime), 0);
    clock.advance(DAY + 1);
    await files.put(utf8("again"), 9);
    const fresh = await files.put(utf8("fresh"), 9);
    assert.equal(await removeUnreferencedFiles(runtime), 1);
    assert.equal(await files.storedAt(unused.sha256), undefined);
    for (const { sha256 } of [used, again, fresh]) assert.ok(await files.storedAt(sha256) !== undefined);
    clock.advance(DAY + 1);
    assert.equal(await removeUnreferencedFiles(runtime), 2);
    assert.equal(await removeUnreferencedFiles(runtime), 0);
  }));

Deno.test("a file that a transaction is about to refer to is waited for, and then stays", () =>
  withRuntime(async (runtime) => {
    const { files, clock, sql } = runtime;
    const { sha256 } = await files.put(utf8("old"), 9);
    clock.advance(DAY + 1);
    let sweep: Promise<number> | undefined;
    await sql.begin(async (tx) => {
      await holdFile(tx, runtime, sha256);
      sweep = removeUnreferencedFiles(runtime);
      // Until the sweep waits for the lock that this transaction has.
      for (let waiting = 0; waiting === 0;) {
        const [row] = await sql<{ n: number }[]>`
          select count(*)::int as n from pg_locks where locktype = 'advisory' and not granted`;
        waiting = row?.n ?? 0;
      }
      await refer({ ...runtime, sql: tx as unknown as typeof sql }, sha256);
    });
    assert.equal(await sweep, 0);
    assert.ok(await files.storedAt(sha256) !== undefined);
  }));

Deno.test("to refer to a file that went away is refused", () =>
  withRuntime(async (runtime) => {
    await assert.rejects(
      runtime.sql.begin((tx) => holdFile(tx, runtime, "0".repeat(64))),
      (error) => error instanceof Problem && error.code === "conflict",
    );
  }));

Deno.test("a sweep stops when it is aborted", () =>
  withRuntime(async (runtime) => {
    await runtime.files.put(utf8("old"), 9);
    runtime.clock.advance(DAY + 1);
    await assert.rejects(removeUnreferencedFiles(runtime, AbortSignal.abort(new Error("stop"))), /stop/);
  }));
