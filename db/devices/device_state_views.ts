/**
 * The states of devices as the database distinguishes them.
 *
 * @module
 */

import type { Db } from "../open.ts";

/** The state of a device. `gone`: deleted for good, only escrowed secrets or a block remain. */
export const DEVICE_STATES = ["active", "silent", "released", "deleted", "gone"] as const;

/** One of them. */
export type DeviceStateName = typeof DEVICE_STATES[number];

/** The facts that decide the state of a device. */
export type StateFacts = {
  deletedAt: Date | null;
  purgeBeganAt: Date | null;
  blockedAt: Date | null;
  /** Whether it has an enrollment that has not ended. */
  enrolled: boolean;
  /** When it was seen last, or else enrolled; null for a device without an enrollment. */
  heardAt: Date | null;
};

/** Returns the columns of `StateFacts` for a device `d`, its enrollment `e` and its device channel `c`. */
export const stateColumns = (db: Db) =>
  db`d.deleted_at, d.purge_began_at, d.blocked_at, e.id is not null and e.ended_at is null as enrolled,
    coalesce(c.last_seen_at, c.created_at) as heard_at`;

/**
 * Returns the devices `d` in a state, with enrollment `e` and device channel `c`; without one, those that are not
 * deleted.
 */
export function inState(db: Db, state: DeviceStateName | undefined, silentBefore: Date) {
  const live = db`d.deleted_at is null`;
  const managed = db`${live} and d.blocked_at is null and e.id is not null and e.ended_at is null`;
  const heard = db`coalesce(c.last_seen_at, c.created_at)`;
  switch (state) {
    case undefined:
      return live;
    case "active":
      return db`${managed} and ${heard} >= ${silentBefore}`;
    case "silent":
      return db`${managed} and ${heard} < ${silentBefore}`;
    case "released":
      return db`${live} and (d.blocked_at is not null or e.id is null or e.ended_at is not null)`;
    case "deleted":
      return db`d.deleted_at is not null and d.purge_began_at is null`;
    case "gone":
      return db`d.deleted_at is not null and d.purge_began_at is not null`;
  }
}
