/**
 * What the overview and the device list show, each in a fixed number of statements.
 *
 * @module
 */

import { hasAnyTag } from "./effective_tags.ts";
import { type DeviceStateName, inState, stateColumns, type StateFacts } from "./device_states.ts";
import { type Db, one } from "./open.ts";

/** Counts for the overview. */
export type OverviewCounts = {
  enrolled: number;
  /** Blocked, or not enrolled any more. */
  released: number;
  blocked: number;
  silent: number;
  unreachable: number;
  failed: number;
  expiring: number;
  /** Claims of hardware that nobody has decided. */
  claims: number;
  /** Enrolled devices whose hardware nothing proves. */
  unproven: number;
  identityAlerts: number;
};

/** Counts of devices and of what needs attention. Times are the limits of "long silent", "lately" and "soon". */
export async function countOverview(
  db: Db,
  times: { silentBefore: Date; failedSince: Date; expiresBefore: Date; now: Date },
): Promise<OverviewCounts> {
  return one(
    await db<OverviewCounts[]>`
      select
        (select count(*)::int from enrollments where ended_at is null) as enrolled,
        (select count(*)::int from devices d where d.deleted_at is null and (d.blocked_at is not null or not exists (
          select 1 from enrollments e where e.device_id = d.id and e.ended_at is null))) as released,
        (select count(*)::int from devices where blocked_at is not null and deleted_at is null) as blocked,
        (select count(*)::int from channels c join enrollments e on e.id = c.enrollment_id
          where e.ended_at is null and c.user_key = '' and coalesce(c.last_seen_at, c.created_at) < ${times.silentBefore})
          as silent,
        (select count(*)::int from channels c join enrollments e on e.id = c.enrollment_id
          where e.ended_at is null and c.user_key = '' and c.push_dead_at is not null) as unreachable,
        (select count(*)::int from command_history
          where created_at >= ${times.failedSince} and state in ('error', 'formatError')
            and device_id not in (select id from devices where deleted_at is not null)) as failed,
        (select count(distinct i.enrollment_id)::int from enrollment_identities i
          join enrollments e on e.id = i.enrollment_id
          where e.ended_at is null and i.retired_at is null and i.not_after < ${times.expiresBefore}
            and not exists (select 1 from enrollment_identities j where j.enrollment_id = i.enrollment_id
              and j.retired_at is null and j.not_after >= ${times.expiresBefore})) as expiring,
        (select count(*)::int from enrollment_claims where state = 'pending' and expires_at > ${times.now}) as claims,
        (select count(*)::int from enrollments where not hardware_proven and ended_at is null) as unproven,
        (select count(*)::int from identity_alerts a join enrollments e on e.id = a.enrollment_id
          join devices d on d.id = e.device_id where a.dismissed_at is null and d.deleted_at is null) as identity_alerts`,
  );
}

/** How many enrolled devices run each version. */
export async function countVersions(
  db: Db,
): Promise<{ platform: string | null; osVersion: string; count: number }[]> {
  return await db<{ platform: string | null; osVersion: string; count: number }[]>`
    select platform, trim(os_version || ' ' || os_version_extra) as os_version, count(*)::int as count
    from enrollments where ended_at is null group by 1, 2 order by 1 nulls last, 3 desc, 2`;
}

/** How many enrolled devices were last seen within each of the ages (seconds, ascending), then older, then never. */
export async function countLastSeen(db: Db, ages: readonly number[], now: Date): Promise<number[]> {
  const rows = await db<{ bucket: number; count: number }[]>`
    select case when c.last_seen_at is null then ${ages.length + 1}::int
        else width_bucket(extract(epoch from ${now}::timestamptz - c.last_seen_at), ${[
    ...ages,
  ]}::float8[]) end as bucket,
      count(*)::int as count
    from channels c join enrollments e on e.id = c.enrollment_id
    where e.ended_at is null and c.user_key = '' group by 1`;
  return Array.from({ length: ages.length + 2 }, (_, bucket) => rows.find((row) => row.bucket === bucket)?.count ?? 0);
}

/** Push certificates that end before a time, or that have none. */
export async function pushCertificatesInNeed(
  db: Db,
  before: Date,
): Promise<{ id: number; name: string; notAfter: Date | null }[]> {
  return await db<{ id: number; name: string; notAfter: Date | null }[]>`
    select id, name, not_after from push_certificates where not_after is null or not_after < ${before} order by name`;
}

/** A line of the device list. */
export type DeviceLine = StateFacts & {
  id: number;
  udid: string;
  serialNumber: string;
  name: string | null;
  model: string | null;
  platform: string | null;
  osVersion: string | null;
  lastSeenAt: Date | null;
  enrolledAt: Date | null;
};

/** What devices are looked for by. */
export type DeviceSearch = {
  text?: string;
  platform?: string;
  /** Without one, devices that are not deleted. */
  state?: DeviceStateName | "enrolled" | "blocked";
  silentBefore: Date;
  tag?: number;
  blueprint?: number;
  /** What is known of an artifact, or of one version of it, on the device. */
  artifact?: { id: string; version?: string | undefined; status?: string | undefined };
  seenBefore?: Date;
  seenSince?: Date;
  sort: "name" | "serial" | "os" | "seen" | "enrolled";
  descending: boolean;
  limit: number;
  offset: number;
};

/** A page of devices, and how many there are in all. */
export async function searchDevices(db: Db, search: DeviceSearch): Promise<{ rows: DeviceLine[]; count: number }> {
  const like = `%${(search.text ?? "").replace(/[\\%_]/g, "\\$&")}%`;
  const state = search.state === "enrolled" || search.state === "blocked" ? undefined : search.state;
  const from = db`
    from devices d
    left join enrollments e on e.id = d.enrollment_id
    left join channels c on c.enrollment_id = e.id and c.user_key = ''
    where ${inState(db, state, search.silentBefore)}
      ${
    search.text === undefined
      ? db``
      : db`and (d.serial_number ilike ${like} or d.udid ilike ${like} or e.name ilike ${like} or e.model ilike ${like})`
  }
      ${search.platform === undefined ? db`` : db`and e.platform = ${search.platform}`}
      ${search.state === "blocked" ? db`and d.blocked_at is not null` : db``}
      ${search.state === "enrolled" ? db`and e.id is not null and e.ended_at is null` : db``}
      ${search.tag === undefined ? db`` : db`and ${hasAnyTag(db, [search.tag])}`}
      ${search.blueprint === undefined ? db`` : db`and e.blueprint_id = ${search.blueprint} and e.ended_at is null`}
      ${
    search.artifact === undefined ? db`` : db`and exists (
        select 1 from target_artifacts t where t.channel_id = c.id and t.artifact_id = ${search.artifact.id}
          ${search.artifact.version === undefined ? db`` : db`and t.artifact_version_id = ${search.artifact.version}`}
          ${search.artifact.status === undefined ? db`` : db`and t.status = ${search.artifact.status}`})`
  }
      ${search.seenSince === undefined ? db`` : db`and c.last_seen_at >= ${search.seenSince}`}
      ${
    search.seenBefore === undefined ? db`` : db`and coalesce(c.last_seen_at, c.created_at) < ${search.seenBefore}`
  }`;
  const key = {
    name: db`lower(e.name)`,
    serial: db`d.serial_number`,
    os: db`string_to_array(regexp_replace(e.os_version, '[^0-9.]', '', 'g'), '.')::text[]`,
    seen: db`c.last_seen_at`,
    enrolled: db`e.created_at`,
  }[search.sort];
  const rows = await db<DeviceLine[]>`
    select d.id, d.udid, d.serial_number, e.name, e.model, e.platform, trim(e.os_version || ' ' || e.os_version_extra)
      as os_version, c.last_seen_at, e.created_at as enrolled_at, ${stateColumns(db)}
    ${from} order by ${search.descending ? db`${key} desc nulls last, d.id desc` : db`${key} asc nulls last, d.id`}
    limit ${search.limit} offset ${search.offset}`;
  const { count } = one(await db<{ count: number }[]>`select count(*)::int as count ${from}`);
  return { rows: [...rows], count };
}
