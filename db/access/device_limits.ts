/**
 * Roles that are limited to some devices: which devices they cover.
 *
 * @module
 */

import type { DeviceId } from "../ids.ts";
import { type Db, one } from "../open.ts";
import { hasAnyTag } from "../tags/effective_tag_views.ts";
import type { Grant } from "./grants.ts";

/** The devices with any of the tags, or that enrolled through any of the business units. Both empty: none. */
export type DeviceLimit = Pick<Grant, "limitedToTags" | "limitedToBusinessUnits">;

/** Whether the limit covers the device `d`. */
export const covers = (db: Db, { limitedToTags, limitedToBusinessUnits }: DeviceLimit) =>
  db`(${limitedToTags.length === 0 ? db`false` : hasAnyTag(db, limitedToTags)}
    ${
    limitedToBusinessUnits.length === 0
      ? db``
      : db`or exists (select 1 from enrollments n join enrollment_sessions s on s.id = n.session_id
          where n.id = d.enrollment_id and s.meta_business_unit_id = any(${[...limitedToBusinessUnits]}::int[]))`
  })`;

/** Returns the condition that a list has for devices `d`: all, or those that the limit covers. */
export const within = (db: Db, limit: DeviceLimit | undefined) => limit === undefined ? db`true` : covers(db, limit);

/** Devices that are asked for: one, those with a serial number, or the one of a command. */
export type DeviceSubject = { deviceId: DeviceId } | { serialNumber: string };

/** Returns, for each limit, whether there are such devices and it covers all of them. */
export async function coveredBy(
  db: Db,
  subject: DeviceSubject,
  limits: readonly DeviceLimit[],
): Promise<boolean[]> {
  const columns = limits.map((limit, index) =>
    db`${index === 0 ? db`` : db`, `}coalesce(bool_and(${covers(db, limit)}), false) as ${db(`l${index}`)}`
  );
  const which = "deviceId" in subject ? db`d.id = ${subject.deviceId}` : db`d.serial_number = ${subject.serialNumber}`;
  const row = one(await db<Record<string, boolean>[]>`select ${columns} from devices d where ${which}`);
  return limits.map((_, index) => row[`l${index}`] === true);
}

/** Returns those of the devices that the limit covers. */
export async function coveredDevices(db: Db, ids: readonly DeviceId[], limit: DeviceLimit): Promise<Set<DeviceId>> {
  const rows = await db<{ id: DeviceId }[]>`
    select d.id from devices d where d.id = any(${[...ids]}::int[]) and ${covers(db, limit)}`;
  return new Set(rows.map(({ id }) => id));
}
