/**
 * Looking for devices: a page of them, or how many there are. A count and the list that its link opens have one condition.
 *
 * @module
 */

import type { DeviceId } from "../ids.ts";
import { hasAnyTag } from "../tags/effective_tag_views.ts";
import { type DeviceStateName, inState, stateColumns, type StateFacts } from "./device_state_views.ts";
import { type AppOfDevice, hasApp } from "./fleet_app_views.ts";
import { type DeviceLimit, within } from "../access/device_limit_views.ts";
import { type Db, one } from "../open.ts";

/** A line of the device list. */
export type DeviceLine = StateFacts & {
  id: DeviceId;
  udid: string;
  serialNumber: string;
  name: string | null;
  model: string | null;
  platform: string | null;
  osVersion: string | null;
  lastSeenAt: Date | null;
  enrolledAt: Date | null;
};

/** The criteria of a search for devices. */
export type DeviceCondition = {
  text?: string;
  /** Null: the platform is not known. */
  platform?: string | null;
  /** The version with its rapid security response, exactly. */
  osVersion?: string;
  /** Without one, devices that are not deleted. */
  state?: DeviceStateName | "enrolled" | "blocked";
  /** Of these devices only. */
  only?: DeviceLimit | undefined;
  silentBefore: Date;
  tag?: number;
  /** Devices with any of these tags. */
  anyTag?: readonly number[];
  ids?: readonly DeviceId[];
  blueprint?: number;
  /** The state of an artifact, or of one version of it, on the device. */
  artifact?: { id: string; version?: string | undefined; status?: string | undefined };
  /** The app, or version of an app, that they have. */
  app?: AppOfDevice;
  /** `never`: it has not connected since it enrolled. */
  seen?: { since?: Date | undefined; before?: Date | undefined } | "never";
  /** It was seen last, or else enrolled, before this time. */
  heardBefore?: Date;
  /** Apple's push service does not know its token. */
  unreachable?: boolean;
  /** Its identity ends before this time, and no other one that lasts longer was issued. */
  identityEndsBefore?: Date;
};

/** The criteria of a search, with the page and the order. */
export type DeviceSearch = DeviceCondition & {
  sort: "name" | "serial" | "os" | "seen" | "enrolled";
  descending: boolean;
  limit: number;
  offset: number;
};

/** Devices `d` with their enrollment `e` and its device channel `c`. */
const enrolled = (db: Db) =>
  db`from devices d
    left join enrollments e on e.id = d.enrollment_id
    left join channels c on c.enrollment_id = e.id and c.user_key = ''`;

const isEnrolled = (db: Db) => db`e.id is not null and e.ended_at is null`;

/** Returns the devices `d` with enrollment `e` that the search finds as enrolled. */
const enrolledDevices = (db: Db) => db`${enrolled(db)} where d.deleted_at is null and ${isEnrolled(db)}`;

function seenIn(db: Db, seen: NonNullable<DeviceCondition["seen"]>) {
  if (seen === "never") return db`c.id is not null and c.last_seen_at is null`;
  const { since, before } = seen;
  return db`c.last_seen_at is not null ${since === undefined ? db`` : db`and c.last_seen_at > ${since}::timestamptz`}
    ${before === undefined ? db`` : db`and c.last_seen_at <= ${before}::timestamptz`}`;
}

/** Words that are looked for; more are ignored. */
const MOST_WORDS = 10;
/** Apostrophes that are typed for each other: phones and desks have different ones. */
const CURLY = "\u2019\u2018\u02bc";
const STRAIGHT = "'".repeat(CURLY.length);
const LIKE_SPECIAL = /[\\%_]/g;

/** Devices in which every word is found: in the name, the numbers, the model, or the system with its version. */
function hasWords(db: Db, text: string) {
  const words = text.replace(/[\u2019\u2018\u02bc]/g, "'").split(/\s+/).filter((word) => word !== "");
  const found = (word: string) => {
    const like = `%${word.replace(LIKE_SPECIAL, "\\$&")}%`;
    return db`(d.serial_number ilike ${like} or d.udid ilike ${like} or e.model ilike ${like}
      or translate(e.name, ${CURLY}, ${STRAIGHT}) ilike ${like}
      or concat_ws(' ', e.platform, e.os_version, e.os_version_extra) ilike ${like})`;
  };
  return words.slice(0, MOST_WORDS).map(found).reduce((all, one) => db`${all} and ${one}`, db`true`);
}

function conditions(db: Db, search: DeviceCondition) {
  const state = search.state === "enrolled" || search.state === "blocked" ? undefined : search.state;
  const parts = [
    inState(db, state, search.silentBefore),
    search.only === undefined ? undefined : within(db, search.only),
    search.text === undefined ? undefined : hasWords(db, search.text),
    search.platform === undefined
      ? undefined
      : search.platform === null
      ? db`e.id is not null and e.platform is null`
      : db`e.platform = ${search.platform}`,
    search.osVersion === undefined
      ? undefined
      : db`trim(e.os_version || ' ' || e.os_version_extra) = ${search.osVersion}`,
    search.state === "blocked" ? db`d.blocked_at is not null` : undefined,
    search.state === "enrolled" ? isEnrolled(db) : undefined,
    search.tag === undefined ? undefined : hasAnyTag(db, [search.tag]),
    search.anyTag === undefined ? undefined : hasAnyTag(db, search.anyTag),
    search.ids === undefined ? undefined : db`d.id = any(${[...search.ids]}::int[])`,
    search.blueprint === undefined ? undefined : db`e.blueprint_id = ${search.blueprint} and e.ended_at is null`,
    // A version that users get is on the channels of users.
    search.artifact === undefined ? undefined : db`e.ended_at is null and exists (
        select 1 from channels h join target_artifacts t on t.channel_id = h.id
        where h.enrollment_id = e.id and t.artifact_id = ${search.artifact.id}
          ${search.artifact.version === undefined ? db`` : db`and t.artifact_version_id = ${search.artifact.version}`}
          ${search.artifact.status === undefined ? db`` : db`and t.status = ${search.artifact.status}`})`,
    search.app === undefined ? undefined : hasApp(db, search.app),
    search.seen === undefined ? undefined : seenIn(db, search.seen),
    search.heardBefore === undefined
      ? undefined
      : db`coalesce(c.last_seen_at, c.created_at) < ${search.heardBefore}::timestamptz`,
    search.unreachable === true ? db`${isEnrolled(db)} and c.push_dead_at is not null` : undefined,
    search.identityEndsBefore === undefined ? undefined : db`${isEnrolled(db)} and exists (
        select 1 from enrollment_identities i where i.enrollment_id = e.id and i.retired_at is null
          having max(i.not_after) < ${search.identityEndsBefore}::timestamptz)`,
  ].filter((part) => part !== undefined);
  return parts.reduce((all, part) => db`${all} and ${part}`);
}

/** Returns how many devices each of the searches finds, in one statement. */
export async function countDevices<Key extends string>(
  db: Db,
  searches: ReadonlyMap<Key, DeviceCondition>,
): Promise<Map<Key, number>> {
  const column = ([, search]: [Key, DeviceCondition], index: number) =>
    db`${index === 0 ? db`` : db`, `}count(*) filter (where ${conditions(db, search)})::int as ${db(`f${index}`)}`;
  const row = one(await db<Record<string, number>[]>`select ${[...searches].map(column)} ${enrolled(db)}`);
  return new Map([...searches.keys()].map((key, index) => [key, row[`f${index}`] ?? 0]));
}

/** Returns a page of devices, and the total number. */
export async function searchDevices(db: Db, search: DeviceSearch): Promise<{ rows: DeviceLine[]; count: number }> {
  const key = {
    name: db`lower(e.name)`,
    serial: db`d.serial_number`,
    // As numbers: 9 comes before 10. A missing one sorts as unknown.
    os: db`(select array_agg(left(n[1], 9)::int order by at)
      from regexp_matches(e.os_version || ' ' || e.os_version_extra, '[0-9]+', 'g') with ordinality as m(n, at))`,
    seen: db`c.last_seen_at`,
    enrolled: db`e.created_at`,
  }[search.sort];
  const rows = await db<DeviceLine[]>`
    select d.id, d.udid, d.serial_number, e.name, e.model, e.platform, trim(e.os_version || ' ' || e.os_version_extra)
      as os_version, c.last_seen_at, e.created_at as enrolled_at, ${stateColumns(db)}
    ${enrolled(db)} where ${conditions(db, search)}
    order by ${search.descending ? db`${key} desc nulls last, d.id desc` : db`${key} asc nulls last, d.id`}
    limit ${search.limit} offset ${search.offset}`;
  const { count } = one(
    await db<{ count: number }[]>`select count(*)::int as count ${enrolled(db)} where ${conditions(db, search)}`,
  );
  return { rows: [...rows], count };
}

/** Returns the ids of the devices that all of the searches find, in their order. */
export async function findDeviceIds(db: Db, searches: readonly DeviceCondition[]): Promise<DeviceId[]> {
  const where = searches.map((search) => conditions(db, search)).reduce((all, one) => db`${all} and ${one}`, db`true`);
  const rows = await db<{ id: DeviceId }[]>`select d.id ${enrolled(db)} where ${where} order by d.id`;
  return rows.map(({ id }) => id);
}

/** Returns how many enrolled devices run each version. */
export async function countVersions(
  db: Db,
  only: DeviceLimit | undefined,
): Promise<{ platform: string | null; osVersion: string; count: number }[]> {
  return await db<{ platform: string | null; osVersion: string; count: number }[]>`
    select e.platform, trim(e.os_version || ' ' || e.os_version_extra) as os_version, count(*)::int as count
    ${enrolledDevices(db)} and ${within(db, only)} group by 1, 2 order by 1 nulls last, 3 desc, 2`;
}
