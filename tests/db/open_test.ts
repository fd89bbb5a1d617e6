import assert from "node:assert/strict";
import { openDatabase } from "../../db/open.ts";
import { withDatabaseCopy } from "../support/database.ts";

Deno.test("sessions do not compile queries, whatever the database's own settings are", () =>
  withDatabaseCopy(async (sql, url) => {
    const [{ name } = { name: "" }] = await sql<{ name: string }[]>`select current_database() as name`;
    await sql.unsafe(`alter database ${name} set jit = on`);
    await sql.unsafe(`alter database ${name} set jit_above_cost = 0`);
    const fresh = openDatabase(url, { max: 1 });
    try {
      assert.deepEqual([...await fresh`show jit`], [{ jit: "off" }]);
      const plan = await fresh.unsafe("explain (analyze, format json) select count(*) from pg_class");
      assert.doesNotMatch(JSON.stringify(plan), /"JIT"/);
    } finally {
      await fresh.end();
    }
  }));
