/**
 * The devices where a version failed, and their reasons. The rows stay when the version is halted.
 *
 * @module
 */

import type { DeviceId } from "../ids.ts";
import { type DeviceLimit, within } from "../access/device_limit_views.ts";
import { type Db, type Json, one } from "../open.ts";
import { suspendedChannels } from "../devices/suspended_channels.ts";

/**
 * A word for the reason of a failure, the same for all devices with it: the code of a declaration's first reason, the
 * innermost domain and code of Apple's error chain, or our own sentence.
 */
const reasonKey = (db: Db) =>
  db`coalesce(t.extra_info -> 'reasons' -> 0 ->> 'code',
    nullif(concat_ws(' ', t.extra_info -> 'error_chain' -> -1 ->> 'ErrorDomain',
      t.extra_info -> 'error_chain' -> -1 ->> 'ErrorCode'), ''),
    t.extra_info ->> 'reason', '')`;

/** Returns the failures `t` of a version on channels `c` of enrollments `e` that have not ended. */
const failures = (db: Db, versionId: string | ReturnType<Db>, only?: DeviceLimit) =>
  db`from target_artifacts t join channels c on c.id = t.channel_id join enrollments e on e.id = c.enrollment_id
    where t.artifact_version_id = ${versionId} and t.status = 'Failed' and e.ended_at is null
      and t.channel_id not in (${suspendedChannels(db)})
      ${
    only === undefined
      ? db``
      : db`and exists (select 1 from devices d where d.id = e.device_id and ${within(db, only)})`
  }`;

/** Returns the number of devices where a version failed, as a column. */
export const failedDevices = (db: Db, versionId: ReturnType<Db>) =>
  db`(select count(distinct e.device_id)::int ${failures(db, versionId)})`;

/** A failure of a version on a device, or for a user of it. */
export type FailureRow = {
  deviceId: DeviceId;
  deviceName: string;
  serialNumber: string;
  /** "" for the device itself. */
  userKey: string;
  extraInfo: Json;
  updatedAt: Date;
  retryAt: Date | null;
};

/** A reason with the number of devices that gave it; `extraInfo` is one example. */
export type FailureReason = { key: string; devices: number; extraInfo: Json };

/** Returns the reasons, the most frequent first. */
export async function failureReasons(
  db: Db,
  versionId: string,
  only: DeviceLimit | undefined,
): Promise<FailureReason[]> {
  return [
    ...await db<FailureReason[]>`
      select ${reasonKey(db)} as key, count(distinct e.device_id)::int as devices,
        (array_agg(t.extra_info order by t.updated_at desc, t.channel_id))[1] as extra_info
      ${failures(db, versionId, only)} group by 1 order by 2 desc, 1 limit 100`,
  ];
}

/**
 * Returns a page of failures by the name of the device, and on how many devices the version failed; with one reason or
 * any.
 */
export async function findFailures(
  db: Db,
  versionId: string,
  page: { reason?: string | undefined; only: DeviceLimit | undefined; limit: number; offset: number },
): Promise<{ rows: FailureRow[]; count: number; devices: number }> {
  const from = db`${failures(db, versionId, page.only)} ${
    page.reason === undefined ? db`` : db`and ${reasonKey(db)} = ${page.reason}`
  }`;
  const rows = await db<FailureRow[]>`
    select f.device_id, f.name as device_name, d.serial_number, f.user_key, f.extra_info, f.updated_at, f.retry_at
    from (select e.device_id, e.name, c.id, c.user_key, t.extra_info, t.updated_at, t.retry_at ${from}) f
      join devices d on d.id = f.device_id
    order by lower(f.name), d.serial_number, f.id limit ${page.limit} offset ${page.offset}`;
  const counts = one(
    await db<{ count: number; devices: number }[]>`
      select count(*)::int as count, count(distinct e.device_id)::int as devices ${from}`,
  );
  return { rows: [...rows], ...counts };
}
