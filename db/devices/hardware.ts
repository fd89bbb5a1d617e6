/**
 * Known hardware. UDIDs and serial numbers are compared without regard to case.
 *
 * @module
 */

import { type DeviceLimit, within } from "../access/device_limit_views.ts";
import type { DeviceId, EnrollmentId } from "../ids.ts";
import { type Db, one } from "../open.ts";

/** The known facts of the hardware that a device claims to be. */
export type HardwareFacts = {
  /**
   * Returns the device with that UDID, locked. A deleted one only while nothing indicates that it is other hardware.
   */
  device: { id: DeviceId; serialNumber: string; enrolled: boolean } | undefined;
  /** The enrolled devices with that serial number and another UDID, by id. */
  others: { id: DeviceId }[];
  /** Whether any device ever had that serial number. */
  serialKnown: boolean;
  /** Whether tags or values wait for that serial number. */
  prepared: boolean;
  blocked: boolean;
};

/** Any constant of our own; the second key is the hash of an id. */
const HARDWARE_LOCK = 7_236_503;

/** Lets one conversation at a time decide about a UDID or a serial number, until the transaction ends. */
export async function lockIds(db: Db, ids: readonly string[]): Promise<void> {
  await db`
    select pg_advisory_xact_lock(${HARDWARE_LOCK}::int, key)
    from (select distinct hashtext(lower(id)) as key from unnest(${[...ids]}::text[]) id order by 1) keys`;
}

/**
 * Whether a device with that UDID, or with that serial number, is blocked. An empty serial number matches no device.
 */
export async function isHardwareBlocked(db: Db, udid: string, serialNumber: string): Promise<boolean> {
  return one(
    await db<{ blocked: boolean }[]>`
      select exists (select 1 from devices where lower(udid) = lower(${udid}) and blocked_at is not null)
        or (${serialNumber} <> '' and exists (
          select 1 from devices where lower(serial_number) = lower(${serialNumber}) and blocked_at is not null)) as blocked`,
  ).blocked;
}

/** Returns the known facts of hardware, locked: no other transaction changes them until this one ends. */
export async function lockHardware(db: Db, udid: string, serialNumber: string): Promise<HardwareFacts> {
  await lockIds(db, serialNumber === "" ? [udid] : [udid, serialNumber]);
  const [device] = await db<{ id: DeviceId; serialNumber: string; enrolled: boolean }[]>`
    select d.id, d.serial_number,
      exists (select 1 from enrollments e where e.device_id = d.id and e.ended_at is null) as enrolled
    from devices d where lower(d.udid) = lower(${udid})
      -- A stranger's claim on a UDID is over when an operator deletes the stranger.
      and (d.deleted_at is null or d.serial_number = '' or ${serialNumber} = ''
        or lower(d.serial_number) = lower(${serialNumber}))
    order by d.deleted_at desc nulls first, enrolled desc, d.udid = ${udid} desc, d.id limit 1
    for update of d`;
  // Facts that a device omits keep their known values.
  const serial = serialNumber === "" ? device?.serialNumber ?? "" : serialNumber;
  const others = serial === "" ? [] : await db<{ id: DeviceId }[]>`
    select d.id from devices d
    where lower(d.serial_number) = lower(${serial}) and lower(d.udid) <> lower(${udid})
      and exists (select 1 from enrollments e where e.device_id = d.id and e.ended_at is null)
    order by d.id`;
  const { serialKnown, prepared } = one(
    await db<{ serialKnown: boolean; prepared: boolean }[]>`
      select exists (select 1 from devices where lower(serial_number) = lower(${serial})) as serial_known,
        exists (select 1 from device_tags where lower(serial_number) = lower(${serial}))
          or exists (select 1 from device_values where lower(serial_number) = lower(${serial})) as prepared
      where ${serial} <> ''
      union all select false, false where ${serial} = ''`,
  );
  return { device, others: [...others], serialKnown, prepared, blocked: await isHardwareBlocked(db, udid, serial) };
}

/** Adds hardware; returns its id. */
export async function insertDevice(db: Db, udid: string, serialNumber: string, now: Date): Promise<DeviceId> {
  return one(
    await db<{ id: DeviceId }[]>`
      insert into devices (udid, serial_number, created_at, updated_at)
      values (${udid}, ${serialNumber}, ${now}, ${now}) returning id`,
  ).id;
}

/**
 * Stores the device's current spelling of its UDID, and its serial number if none was known. A deleted device is no
 * longer deleted.
 */
export async function updateDeviceIds(
  db: Db,
  id: DeviceId,
  udid: string,
  serialNumber: string,
  now: Date,
): Promise<void> {
  await db`
    update devices set udid = ${udid},
      serial_number = case when serial_number = '' then ${serialNumber} else serial_number end, deleted_at = null,
      deleted_by = '', purge_began_at = null, purged_at = null, updated_at = ${now}
    where id = ${id}`;
}

/**
 * Marks the hardware of a device's current enrollment as proven. Returns its own tags, or undefined if that changes
 * nothing.
 */
export async function proveHardware(
  db: Db,
  deviceId: DeviceId,
  now: Date,
): Promise<{ enrollmentId: EnrollmentId; ownTags: number[] } | undefined> {
  const [row] = await db<{ enrollmentId: EnrollmentId; ownTags: number[] }[]>`
    update enrollments set hardware_proven = true, updated_at = ${now}
    where device_id = ${deviceId} and ended_at is null and not hardware_proven
    returning id as enrollment_id, array(select id from tags where id = any(own_tags) order by id) as own_tags`;
  return row;
}

/** An enrolled device whose hardware nothing proves. */
export type UnprovenRow = {
  id: DeviceId;
  name: string;
  model: string;
  udid: string;
  serialNumber: string;
  enrolledAt: Date;
};

/** Enrolled devices whose hardware nothing proves, the latest first, and the total number. */
export async function listUnproven(
  db: Db,
  limit: number,
  only: DeviceLimit | undefined,
): Promise<{ rows: UnprovenRow[]; count: number }> {
  const rows = await db<UnprovenRow[]>`
    select d.id, e.name, e.model, d.udid, d.serial_number, e.created_at as enrolled_at
    from enrollments e join devices d on d.id = e.device_id
    where not e.hardware_proven and e.ended_at is null and ${within(db, only)} order by e.id desc limit ${limit}`;
  const { count } = one(
    await db<{ count: number }[]>`
      select count(*)::int as count from enrollments e join devices d on d.id = e.device_id
      where not e.hardware_proven and e.ended_at is null and ${within(db, only)}`,
  );
  return { rows: [...rows], count };
}
