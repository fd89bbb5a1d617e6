/**
 * The channels of deleted devices.
 *
 * @module
 */

import type { Db } from "../open.ts";

/** Returns ids of channels whose device is deleted and may be restored: they keep their state, but count nowhere. */
export const suspendedChannels = (db: Db) =>
  db`select sc.id from enrollments se join channels sc on sc.enrollment_id = se.id where se.suspended`;
