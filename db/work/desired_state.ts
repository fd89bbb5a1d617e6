/**
 * The revision of the desired state, and the queue of wakes.
 *
 * @module
 */

import { type Db, one } from "../open.ts";

/** Counts the revision up, in the transaction of the change; returns the new one. */
export async function bumpRevision(db: Db): Promise<number> {
  return one(
    await db<{ revision: number }[]>`update desired_state set revision = revision + 1 returning revision`,
  ).revision;
}

/**
 * Takes `count` places in the queue of wakes, `perSecond` apart, after all earlier ones; returns the time of the first.
 * Whatever the number of changes and processes, no more devices are woken in a second.
 */
export async function takeWakes(db: Db, count: number, perSecond: number, now: Date): Promise<Date> {
  return one(
    await db<{ firstAt: Date }[]>`
      update desired_state
      set next_wake_at = greatest(next_wake_at, ${now}::timestamptz) + make_interval(secs => ${
      count / perSecond
    }::float8)
      returning next_wake_at - make_interval(secs => ${count / perSecond}::float8) as first_at`,
  ).firstAt;
}
