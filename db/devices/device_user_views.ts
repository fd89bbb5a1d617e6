/**
 * Users of devices, each with a channel of its own.
 *
 * @module
 */

import type { ChannelId, DeviceId } from "../ids.ts";
import type { Db } from "../open.ts";

/** A user of the present or last enrollment of a device. */
export type DeviceUserView = {
  id: ChannelId;
  deviceId: DeviceId;
  userKey: string;
  shortName: string;
  longName: string;
  lastSeenAt: Date | null;
};

/** Returns a user; undefined for one of an earlier enrollment, whose channel nothing answers any more. */
export async function findDeviceUser(db: Db, id: ChannelId): Promise<DeviceUserView | undefined> {
  const [row] = await db<DeviceUserView[]>`
    select c.id, d.id as device_id, c.user_key, c.user_short_name as short_name, c.user_long_name as long_name,
      c.last_seen_at
    from channels c join devices d on d.enrollment_id = c.enrollment_id
    where c.id = ${id} and c.user_key <> ''`;
  return row;
}
