/**
 * Whose devices user enrollments are.
 *
 * @module
 */

import type { DeviceId } from "../ids.ts";
import type { Db } from "../open.ts";
import { lockChannelsOfDevice } from "../work/channels.ts";

/** Returns the account of a device's present enrollment, "" for none; undefined if it is not enrolled. */
export async function findManagedAppleId(db: Db, deviceId: DeviceId): Promise<string | undefined> {
  const [row] = await db<{ managedAppleId: string }[]>`
    select managed_apple_id from enrollments where device_id = ${deviceId} and ended_at is null`;
  return row?.managedAppleId;
}

/**
 * Sets it. The device is planned with its next connect. Its channels need licences of the person before no more: nobody else
 * would give them back.
 */
export async function setManagedAppleId(db: Db, deviceId: DeviceId, account: string, now: Date): Promise<void> {
  await lockChannelsOfDevice(db, deviceId);
  await db`
    with changed as (
      update enrollments set managed_apple_id = ${account}, updated_at = ${now}
      where device_id = ${deviceId} and ended_at is null returning id
    ), left_alone as (
      delete from licence_needs n using channels c where c.id = n.channel_id and n.holder_kind = 'user'
        and c.enrollment_id in (select id from changed)
    )
    update channels set next_action_at = ${now} where enrollment_id in (select id from changed)`;
}
