/**
 * The effect of the last command on a device that ends a conversation, such as a lock.
 *
 * @module
 */

import type { DeviceId } from "../ids.ts";
import type { Db } from "../open.ts";

/** A command that a device acknowledged, and when. */
export type Aftermath = { name: string; at: Date };

/**
 * Returns the command of these `names` that the current enrollment of a device acknowledged and that is still in force, or
 * undefined if there is none: of the first name, the last one. A device that starts another conversation was unlocked, or not
 * erased; one that enrolls again has another enrollment.
 */
export async function findAftermath(
  db: Db,
  deviceId: DeviceId,
  names: readonly string[],
): Promise<Aftermath | undefined> {
  const [row] = await db<Aftermath[]>`
    select h.name, h.result_at as at
    from devices d
    join command_history h on h.device_id = d.id and h.enrollment_id = d.enrollment_id
    join channels c on c.enrollment_id = d.enrollment_id and c.user_key = ''
    where d.id = ${deviceId} and h.user_key = '' and h.state = 'acknowledged'
      and h.name = any(${[...names]}::text[])
      and (c.session_started_at is null or c.session_started_at <= h.result_at)
    order by array_position(${[...names]}::text[], h.name), h.result_at desc, h.id desc limit 1`;
  return row;
}
