import assert from "node:assert/strict";
import { databaseProcesses, holdDevice, listUnfinished, terminateSessions } from "../../../db/tools/chaos.ts";
import { openDatabase } from "../../../db/open.ts";
import { idOf } from "../../support/artifacts.ts";
import { withDatabase, withDatabaseCopy } from "../../support/database.ts";
import { withFleet } from "../../support/fleet.ts";

Deno.test("sessions are ended, one or all, but for the one that asks", () =>
  withDatabaseCopy(async (sql, url) => {
    const chaos = openDatabase(url, { max: 1, name: "chaos" });
    try {
      const pids = async () =>
        (await Promise.all([1, 2, 3].map(() => sql<{ pid: number }[]>`select pg_backend_pid() as pid, pg_sleep(0.05)`)))
          .map(([row]) => row?.pid);
      const before = await pids();
      assert.equal(new Set(before).size, 3);
      assert.equal((await databaseProcesses(chaos)).filter((pid) => before.includes(pid)).length, 3);
      assert.equal(await terminateSessions(chaos, "one"), 1);
      // The others are known: the pool has replaced the lost one.
      const ended = await terminateSessions(chaos, "all");
      assert.ok(ended >= 2, `${ended} sessions`);
    } finally {
      await chaos.end();
    }
  }));

Deno.test("the rows of a device are locked until they are let go", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    const id = await idOf(fleet, device.serialNumber);
    const { sql } = fleet.runtime;
    const [locked, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const held = holdDevice(sql, id, locked.resolve, released.promise);
    await locked.promise;
    for (const table of ["devices", "enrollments", "channels"]) {
      await assert.rejects(sql`select id from ${sql(table)} for update nowait`, { code: "55P03" }, table);
    }
    released.resolve();
    await held;
    assert.equal((await sql`select id from channels for update nowait`).length, 1);
  }));

Deno.test("open work is commands in the live queue, and jobs that are due, running, failed for good or set aside", () =>
  withDatabase(async (sql) => {
    const insert = (state: string, runAt: string) =>
      sql`
        insert into jobs (uuid, kind, payload, run_at, max_attempts, created_at, state)
        values (gen_random_uuid(), 'test', '{}', now() + ${runAt}::interval, 1, now(), ${state})`;
    assert.deepEqual(await listUnfinished(sql), { commands: [], jobs: [], failedJobs: [] });
    await insert("queued", "1 hour");
    await insert("succeeded", "-1 hour");
    assert.deepEqual(await listUnfinished(sql), { commands: [], jobs: [], failedJobs: [] });
    await insert("queued", "-1 second");
    await insert("running", "-1 second");
    // One that backs off after its process ended.
    await insert("queued", "30 seconds");
    await sql`update jobs set deaths = 1 where state = 'queued' and run_at between now() and now() + interval '1 minute'`;
    await insert("failed", "-1 second");
    await insert("quarantined", "-1 second");
    const { jobs, failedJobs } = await listUnfinished(sql);
    assert.deepEqual([jobs.length, failedJobs.length], [3, 2]);
    for (const text of [...jobs, ...failedJobs]) assert.match(text, /^test .*\((queued|running|failed|quarantined), /);
  }));
