/**
 * Counters of attempts in fixed windows, shared by all processes.
 *
 * @module
 */

import { type Db, one } from "../open.ts";

/** Counts one attempt. Returns the number of attempts in the window. */
export async function countAttempt(db: Db, key: string, windowStart: Date): Promise<number> {
  return one(
    await db<{ count: number }[]>`
      insert into rate_limits (key, window_start, count) values (${key}, ${windowStart}, 1)
      on conflict (key, window_start) do update set count = rate_limits.count + 1
      returning count`,
  ).count;
}

/** Deletes the attempts under a key. */
export async function forgetAttempts(db: Db, key: string): Promise<void> {
  await db`delete from rate_limits where key = ${key}`;
}

/** Removes windows that began before `limit`. Returns their number. */
export async function deleteOldAttempts(db: Db, limit: Date): Promise<number> {
  return (await db`delete from rate_limits where window_start < ${limit}`).count;
}
