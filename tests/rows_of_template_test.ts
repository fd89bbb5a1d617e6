import assert from "node:assert/strict";
import { nextId } from "../db/next_id.ts";
import { one, openDatabase, type Sql } from "../db/open.ts";
import { ensurePartitions } from "../db/events/events.ts";
import { withDatabaseCopy } from "./support/database.ts";
import { RowsOfTemplate } from "./support/rows_of_template.ts";

const AT = "2026-06-01";

/** Runs `body` with the first rows of a copy. */
const withRows = (body: (sql: Sql, rows: RowsOfTemplate) => Promise<void>) =>
  withDatabaseCopy(async (sql, url) => {
    const keeper = openDatabase(url, { max: 1 });
    try {
      await body(sql, await RowsOfTemplate.read(sql, keeper));
    } finally {
      await keeper.end({ timeout: 5 });
    }
  });

Deno.test("rows, changed and removed first rows, sequences and new partitions are taken back", () =>
  withRows(async (sql, rows) => {
    const state = async () => ({
      ...one(await sql`select (select count(*)::int from tags) as tags, (select count(*)::int from events) as events`),
      ...one(await sql`select revision from desired_state`),
      feeds: (await sql`select * from software_update_feed`).length,
      partitions: (await sql`select 1 from pg_class where relname = 'events_2026_06'`).length,
    });
    const before = await state();
    assert.ok(before.feeds > 0);
    const id = await nextId(sql, "tags");
    for (let turn = 0; turn < 2; turn++) {
      await sql`insert into tags (name, slug, color, created_at, updated_at) values ('a', 'a', '000000', ${AT}, ${AT})`;
      await sql`update desired_state set revision = revision + 5`;
      await sql`delete from software_update_feed`;
      await ensurePartitions(sql, new Date(AT));
      await sql`insert into events (id, type, created_at, payload) values (gen_random_uuid(), 'x', ${AT}, '{}')`;
      assert.notDeepEqual(await state(), before);
      assert.equal(await rows.restore(), true);
      assert.deepEqual(await state(), before);
      assert.equal(await nextId(sql, "tags"), id);
    }
  }));

const STRUCTURES: readonly [string, string][] = [
  ["a table", "create table words (word text)"],
  ["a column", "alter table tags add column word text"],
  ["an index", "create index words on tags (color)"],
  ["a constraint", "alter table tags add check (color <> '')"],
  [
    "a trigger",
    "create trigger words before update on tags for each row execute function suppress_redundant_updates_trigger()",
  ],
  ["a function", "create function words() returns int language sql return 1"],
  ["statistics", "analyze desired_state"],
  ["a dropped partition", "drop table events_default"],
];

for (const [what, statement] of STRUCTURES) {
  Deno.test(`a database with another structure is not taken back: ${what}`, () =>
    withRows(async (sql, rows) => {
      assert.equal(await rows.restore(), true);
      await sql.unsafe(statement);
      assert.equal(await rows.restore(), false);
    }));
}
