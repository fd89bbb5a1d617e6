import assert from "node:assert/strict";
import { databaseClock } from "../../src/database_clock.ts";
import { withDatabase } from "../support/database.ts";

Deno.test("the clock is the database's, and a machine's clock that jumps moves nothing", () =>
  withDatabase(async (sql) => {
    const own = { time: Date.parse("2020-01-01T00:00:00Z"), count: 1000 };
    const clock = await databaseClock(sql, { now: () => own.time, monotonic: () => own.count });
    try {
      const [{ now } = { now: new Date(0) }] = await sql<{ now: Date }[]>`select clock_timestamp() as now`;
      const began = clock.now();
      assert.ok(Math.abs(began.getTime() - now.getTime()) < 5000, `${began.toISOString()} ${now.toISOString()}`);
      assert.ok(clock.skew() < -4 * 365 * 86_400_000, "the machine is years behind");
      own.time += 2 * 86_400_000;
      assert.deepEqual(clock.now(), began);
      own.count += 1500;
      assert.equal(clock.now().getTime() - began.getTime(), 1500);
    } finally {
      clock.stop();
    }
  }));
