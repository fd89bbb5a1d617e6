import assert from "node:assert/strict";
import { migrate, MigrationError } from "../../db/migrate.ts";
import { openDatabase } from "../../db/open.ts";
import { withDatabase } from "../support/database.ts";

Deno.test("a migrated database has nothing left to apply", async () => {
  await withDatabase(async (sql) => assert.deepEqual(await migrate(sql), []));
});

Deno.test("processes that start at once on an empty database apply every migration exactly once", async () => {
  await withDatabase(async (sql, url) => {
    await sql`drop schema public cascade`;
    await sql`create schema public`;
    const others = [1, 2, 3, 4].map(() => openDatabase(url, { max: 2 }));
    const applied = await Promise.all(others.map((other) => migrate(other)));
    await Promise.all(others.map((other) => other.end()));
    const names = applied.flat();
    assert.ok(names.length > 0);
    assert.equal(new Set(names).size, names.length);
    assert.equal((await sql`select count(*)::int as n from migrations`)[0]?.n, names.length);
  });
});

Deno.test("a database of a newer version is refused by name", async () => {
  await withDatabase(async (sql) => {
    await sql`insert into migrations (name, hash) values ('9999_future.sql', 'x')`;
    await assert.rejects(migrate(sql), (error) => error instanceof MigrationError && /9999_future/.test(error.message));
  });
});

Deno.test("a migration that was changed after it was applied is refused", async () => {
  await withDatabase(async (sql) => {
    await sql`update migrations set hash = 'other' where name = '0001_ground.sql'`;
    await assert.rejects(migrate(sql), /0001_ground/);
  });
});
