/**
 * Checks that the database answers and accepts writes, and reads its time.
 *
 * @module
 */

import { type Db, one } from "./open.ts";

/** Returns the database's time. */
export async function databaseTime(db: Db): Promise<Date> {
  return one(await db<{ now: Date }[]>`select clock_timestamp() as now`).now;
}

/** Writes a row, and returns the database's time. Throws when the database does not answer, is full or only reads. */
export async function probeDatabase(db: Db): Promise<Date> {
  return one(
    await db<{ now: Date }[]>`
      insert into instance_settings (key, value) values ('readiness_probe', to_jsonb(clock_timestamp()))
      on conflict (key) do update set value = excluded.value returning clock_timestamp() as now`,
  ).now;
}
