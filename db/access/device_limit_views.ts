/**
 * Roles that are limited to some devices: which devices they cover.
 *
 * @module
 */

import type { ChannelId, DeviceId } from "../ids.ts";
import { type Db, one } from "../open.ts";
import { hasAnyTag } from "../tags/effective_tag_views.ts";
import type { Grant } from "./grants.ts";

/** The devices with any of the tags, or that enrolled through any of the business units. Both empty: none. */
export type DeviceLimit = Pick<Grant, "limitedToTags" | "limitedToBusinessUnits">;

/** Whether the limit covers the device `d`. */
const covers = (db: Db, { limitedToTags, limitedToBusinessUnits }: DeviceLimit) =>
  db`(${limitedToTags.length === 0 ? db`false` : hasAnyTag(db, limitedToTags)}
    ${
    limitedToBusinessUnits.length === 0
      ? db``
      : db`or exists (select 1 from enrollments n join enrollment_sessions s on s.id = n.session_id
          where n.id = d.enrollment_id and s.meta_business_unit_id = any(${[...limitedToBusinessUnits]}::int[]))`
  })`;

/** Returns the serial numbers of devices that the limit covers; not one that a device outside of it has as well. */
export const coveredSerialNumbers = (db: Db, limit: DeviceLimit) =>
  db`(select d.serial_number from devices d group by d.serial_number having bool_and(${covers(db, limit)}))`;

/** Returns the condition that a list has for devices `d`: all, or those that the limit covers. */
export const within = (db: Db, limit: DeviceLimit | undefined) => limit === undefined ? db`true` : covers(db, limit);

/** What a request is about: a device, all devices with a serial number, or the device of a command, user, claim or alert. */
export type DeviceSubject =
  | { deviceId: DeviceId }
  | { serialNumber: string }
  | { commandUuid: string }
  | { channelId: ChannelId }
  | { claimId: number }
  | { alertId: number };

function isSubject(db: Db, subject: DeviceSubject) {
  if ("deviceId" in subject) return db`d.id = ${subject.deviceId}`;
  if ("serialNumber" in subject) return db`d.serial_number = ${subject.serialNumber}`;
  if ("channelId" in subject) {
    return db`d.id = (select e.device_id from channels c join enrollments e on e.id = c.enrollment_id
      where c.id = ${subject.channelId})`;
  }
  if ("claimId" in subject) return db`d.id = (select device_id from enrollment_claims where id = ${subject.claimId})`;
  if ("alertId" in subject) {
    return db`d.id = (select e.device_id from identity_alerts a join enrollments e on e.id = a.enrollment_id
      where a.id = ${subject.alertId})`;
  }
  return db`d.id in (select e.device_id from commands m join channels c on c.id = m.channel_id
      join enrollments e on e.id = c.enrollment_id where m.uuid = ${subject.commandUuid}
    union all select device_id from command_history where uuid = ${subject.commandUuid})`;
}

/** Returns, for each limit, whether there are such devices and it covers all of them. */
export async function coveredBy(
  db: Db,
  subject: DeviceSubject,
  limits: readonly DeviceLimit[],
): Promise<boolean[]> {
  const columns = limits.map((limit, index) =>
    db`${index === 0 ? db`` : db`, `}coalesce(bool_and(${covers(db, limit)}), false) as ${db(`l${index}`)}`
  );
  const row = one(
    await db<Record<string, boolean>[]>`select ${columns} from devices d where ${isSubject(db, subject)}`,
  );
  return limits.map((_, index) => row[`l${index}`] === true);
}

/** Returns those of the serial numbers that the limit does not cover, sorted. */
export async function uncoveredSerialNumbers(
  db: Db,
  serialNumbers: readonly string[],
  limit: DeviceLimit,
): Promise<string[]> {
  const rows = await db<{ serialNumber: string }[]>`
    select w.serial_number from unnest(${[...serialNumbers]}::text[]) as w (serial_number)
    where w.serial_number not in ${coveredSerialNumbers(db, limit)} order by 1`;
  return rows.map(({ serialNumber }) => serialNumber);
}

/** Returns those of the devices that the limit covers. */
export async function coveredDevices(db: Db, ids: readonly DeviceId[], limit: DeviceLimit): Promise<Set<DeviceId>> {
  const rows = await db<{ id: DeviceId }[]>`
    select d.id from devices d where d.id = any(${[...ids]}::int[]) and ${covers(db, limit)}`;
  return new Set(rows.map(({ id }) => id));
}
