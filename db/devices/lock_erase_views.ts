/**
 * The effect of the last lock or erase on a device.
 *
 * @module
 */

import type { DeviceId } from "../ids.ts";
import type { Db } from "../open.ts";

/** A lock or erase that a device acknowledged, and when. */
export type LockOrErase = { name: "DeviceLock" | "EraseDevice"; at: Date };

/**
 * Returns the last lock or erase that the current enrollment of a device acknowledged, or undefined if none is in force. A
 * device that starts another conversation was unlocked, or not erased; one that enrolls again has another enrollment.
 */
export async function findLockOrErase(db: Db, deviceId: DeviceId): Promise<LockOrErase | undefined> {
  const [row] = await db<LockOrErase[]>`
    select h.name, h.result_at as at
    from devices d
    join command_history h on h.device_id = d.id and h.enrollment_id = d.enrollment_id
    join channels c on c.enrollment_id = d.enrollment_id and c.user_key = ''
    where d.id = ${deviceId} and h.user_key = '' and h.state = 'acknowledged'
      and h.name in ('DeviceLock', 'EraseDevice')
      and (c.session_started_at is null or c.session_started_at <= h.result_at)
    order by h.name = 'EraseDevice' desc, h.result_at desc, h.id desc limit 1`;
  return row;
}
