/**
 * Where devices in lost mode were: each location is read once.
 *
 * @module
 */

import type { DeviceId, EnrollmentId } from "../ids.ts";
import type { Db } from "../open.ts";

/** A location; `locationSealed` is null when it was shown. */
export type LocationRow = {
  id: number;
  commandUuid: string;
  locationSealed: string | null;
  createdAt: Date;
  shownAt: Date | null;
};

/** Stores the location that a command asked for; a repeated answer changes nothing. */
export async function insertLocation(
  db: Db,
  row: { id: number; enrollmentId: EnrollmentId; commandUuid: string; locationSealed: string },
  now: Date,
): Promise<void> {
  await db`
    insert into device_locations (id, enrollment_id, command_uuid, location_sealed, created_at)
    values (${row.id}, ${row.enrollmentId}, ${row.commandUuid}, ${row.locationSealed}, ${now})
    on conflict (command_uuid) do nothing`;
}

/** Returns the location that a command of a device asked for, locked. */
export async function lockLocation(db: Db, deviceId: DeviceId, commandUuid: string): Promise<LocationRow | undefined> {
  const [row] = await db<LocationRow[]>`
    select l.id, l.command_uuid, l.location_sealed, l.created_at, l.shown_at
    from device_locations l join enrollments e on e.id = l.enrollment_id
    where l.command_uuid = ${commandUuid} and e.device_id = ${deviceId} for update of l`;
  return row;
}

/** Returns the locations of the device's present or last enrollment that nobody has seen, newest first: at most 20. */
export async function unseenLocations(db: Db, deviceId: DeviceId): Promise<{ commandUuid: string; createdAt: Date }[]> {
  return await db<{ commandUuid: string; createdAt: Date }[]>`
    select l.command_uuid, l.created_at from device_locations l join devices d on d.enrollment_id = l.enrollment_id
    where d.id = ${deviceId} and l.shown_at is null order by l.created_at desc, l.id desc limit 20`;
}

/** Removes a location that is about to be shown. */
export async function forgetLocation(db: Db, id: number, now: Date): Promise<void> {
  await db`update device_locations set location_sealed = null, shown_at = ${now} where id = ${id}`;
}

/** Removes the locations that nobody has looked at. Returns their number. */
export async function forgetOldLocations(db: Db, before: Date): Promise<number> {
  const { count } = await db`delete from device_locations where created_at < ${before}`;
  return count;
}
