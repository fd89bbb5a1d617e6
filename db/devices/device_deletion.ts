/**
 * Deleting devices, and restoring them.
 *
 * @module
 */

import type { DeviceId } from "../ids.ts";
import { lockChannelsOfDevice } from "../work/channels.ts";
import { lockIds } from "./hardware.ts";
import type { Db } from "../open.ts";

/** The facts that a deletion or a restore checks. */
export type DeletionRow = {
  udid: string;
  serialNumber: string;
  deletedAt: Date | null;
  purgeBeganAt: Date | null;
  /** Whether its enrollment continues when it is restored. */
  suspended: boolean;
};

/** Returns a device with its hardware, locked: no other transaction changes its identity until this one ends. */
export async function lockForDeletion(db: Db, id: DeviceId): Promise<DeletionRow | undefined> {
  const [ids] = await db<{ udid: string; serialNumber: string }[]>`
    select udid, serial_number from devices where id = ${id}`;
  if (ids === undefined) return undefined;
  await lockIds(db, ids.serialNumber === "" ? [ids.udid] : [ids.udid, ids.serialNumber]);
  // Escrowing a secret takes a key share of the row while it holds the channels, which are locked after this.
  const [row] = await db<DeletionRow[]>`
    select udid, serial_number, deleted_at, purge_began_at,
      exists (select 1 from enrollments e where e.device_id = d.id and e.suspended) as suspended
    from devices d where id = ${id} for no key update`;
  return row;
}

/**
 * Deletes a device: its enrollment is suspended, nothing of it is pushed, and claims of it wait no more, since its hardware is
 * free. An operator's confirmation of a claim stays.
 */
export async function markDeleted(db: Db, id: DeviceId, by: string, now: Date): Promise<void> {
  await lockChannelsOfDevice(db, id);
  await db`update devices set deleted_at = ${now}, deleted_by = ${by}, updated_at = ${now} where id = ${id}`;
  await db`
    with suspended as (
      update enrollments set ended_at = ${now}, suspended = true, updated_at = ${now}
      where device_id = ${id} and ended_at is null returning id
    )
    update channels set push_due_at = null, push_claimed_until = null, push_forced = false
    where enrollment_id in (select id from suspended)`;
  await db`delete from enrollment_claims where device_id = ${id} and state in ('pending', 'dismissed')`;
}

/**
 * Restores a device. A suspended enrollment continues: it is planned when the device next connects, and the device is
 * pushed immediately.
 */
export async function unmarkDeleted(db: Db, id: DeviceId, now: Date): Promise<void> {
  await lockChannelsOfDevice(db, id);
  await db`update devices set deleted_at = null, deleted_by = '', updated_at = ${now} where id = ${id}`;
  await db`
    with resumed as (
      update enrollments set ended_at = null, suspended = false, updated_at = ${now}
      where device_id = ${id} and suspended returning id
    )
    update channels set next_action_at = ${now}, push_due_at = ${now}, push_forced = true
    where enrollment_id in (select id from resumed)`;
}

/**
 * Returns the obstacle to restoring a deleted device: another device has its UDID, or is enrolled with its serial
 * number.
 */
export async function findSuccessorOfHardware(
  db: Db,
  id: DeviceId,
  { udid, serialNumber, suspended }: DeletionRow,
): Promise<{ id: DeviceId; serialNumber: string; has: "udid" | "serial number" } | undefined> {
  const [row] = await db<{ id: DeviceId; serialNumber: string; has: "udid" | "serial number" }[]>`
    select d.id, d.serial_number, case when lower(d.udid) = lower(${udid}) then 'udid' else 'serial number' end as has
    from devices d
    where d.id <> ${id} and d.deleted_at is null and (lower(d.udid) = lower(${udid})
      or (${suspended} and ${serialNumber} <> '' and lower(d.serial_number) = lower(${serialNumber})
        and exists (select 1 from enrollments e where e.device_id = d.id and e.ended_at is null)))
    order by has desc, d.id limit 1`;
  return row;
}
