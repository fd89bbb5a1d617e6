/**
 * Software update enforcements, and the blueprints that have them.
 *
 * @module
 */

import { type Db, json, one, type Tx } from "../open.ts";

/** A time when no computed deadline may be: days, or hours of weekdays (1 is Monday). */
export type BlackoutRow =
  | { kind: "days"; from: string; until: string }
  | { kind: "weekly"; days: number[]; from: string; until: string };

/** What an operator says. Texts are "" and the others null in the mode that they are not for. */
export type EnforcementValues = {
  name: string;
  detailsUrl: string;
  platforms: string[];
  tags: number[];
  osVersion: string;
  buildVersion: string;
  /** `2024-12-17T09:30:00`, in the device's own zone. */
  localDatetime: string | null;
  maxOsVersion: string;
  delayDays: number | null;
  /** `09:30:00`. */
  localTime: string | null;
  blackouts: BlackoutRow[];
};

/** An enforcement. */
export type EnforcementRow = EnforcementValues & { id: number; createdAt: Date; updatedAt: Date };

const columns = (db: Db) =>
  db`e.id, e.name, e.details_url, e.platforms, e.os_version, e.build_version,
    to_char(e.local_datetime, 'YYYY-MM-DD"T"HH24:MI:SS') as local_datetime, e.max_os_version, e.delay_days,
    to_char(e.local_time, 'HH24:MI:SS') as local_time, e.blackouts, e.created_at, e.updated_at,
    array(select t.tag_id from software_update_enforcement_tags t where t.enforcement_id = e.id order by t.tag_id) as tags`;

/** Returns a page by name, and the total number. */
export async function listEnforcements(
  db: Db,
  page: { limit: number; offset: number; name?: string },
): Promise<{ rows: EnforcementRow[]; count: number }> {
  const where = page.name === undefined ? db`` : db`where e.name = ${page.name}`;
  const rows = await db<EnforcementRow[]>`
    select ${columns(db)} from software_update_enforcements e ${where}
    order by e.name, e.id limit ${page.limit} offset ${page.offset}`;
  const { count } = one(
    await db<{ count: number }[]>`select count(*)::int as count from software_update_enforcements e ${where}`,
  );
  return { rows: [...rows], count };
}

/** Returns one enforcement. */
export async function findEnforcement(db: Db, id: number): Promise<EnforcementRow | undefined> {
  const [row] = await db<EnforcementRow[]>`
    select ${columns(db)} from software_update_enforcements e where e.id = ${id}`;
  return row;
}

/** Returns which of some keys belong to enforcements. */
export async function knownEnforcements(db: Db, ids: readonly number[]): Promise<Set<number>> {
  const rows = await db<{ id: number }[]>`
    select id from software_update_enforcements where id = any(${[...ids]}::int[])`;
  return new Set(rows.map(({ id }) => id));
}

async function setTags(tx: Tx, id: number, tags: readonly number[]): Promise<void> {
  await tx`delete from software_update_enforcement_tags where enforcement_id = ${id}`;
  await tx`
    insert into software_update_enforcement_tags (enforcement_id, tag_id)
    select ${id}, tag from unnest(${[...new Set(tags)]}::int[]) as tag`;
}

const plain = ({ tags: _, blackouts, localDatetime, localTime, ...row }: EnforcementValues) => ({
  row,
  blackouts,
  localDatetime,
  localTime,
});

/** Adds an enforcement; returns its id. */
export async function insertEnforcement(tx: Tx, values: EnforcementValues, now: Date): Promise<number> {
  const { row, blackouts, localDatetime, localTime } = plain(values);
  const { id } = one(
    await tx<{ id: number }[]>`
      insert into software_update_enforcements (name, details_url, platforms, os_version, build_version, local_datetime,
        max_os_version, delay_days, local_time, blackouts, created_at, updated_at)
      values (${row.name}, ${row.detailsUrl}, ${row.platforms}, ${row.osVersion}, ${row.buildVersion},
        ${localDatetime}::text::timestamp, ${row.maxOsVersion}, ${row.delayDays}, ${localTime}::text::time,
        ${json(tx, blackouts)}, ${now}, ${now})
      returning id`,
  );
  await setTags(tx, id, values.tags);
  return id;
}

/** Replaces an enforcement. */
export async function updateEnforcement(tx: Tx, id: number, values: EnforcementValues, now: Date): Promise<void> {
  const { row, blackouts, localDatetime, localTime } = plain(values);
  await tx`
    update software_update_enforcements set name = ${row.name}, details_url = ${row.detailsUrl},
      platforms = ${row.platforms}, os_version = ${row.osVersion}, build_version = ${row.buildVersion},
      local_datetime = ${localDatetime}::text::timestamp, max_os_version = ${row.maxOsVersion},
      delay_days = ${row.delayDays}, local_time = ${localTime}::text::time, blackouts = ${json(tx, blackouts)},
      updated_at = ${now}
    where id = ${id}`;
  await setTags(tx, id, values.tags);
}

/** Deletes an enforcement that no blueprint has. */
export async function deleteEnforcement(tx: Tx, id: number): Promise<void> {
  await tx`delete from software_update_enforcements where id = ${id}`;
}

/** Returns the blueprints that have an enforcement, by name. */
export async function blueprintsOfEnforcement(db: Db, id: number): Promise<{ id: number; name: string }[]> {
  return [
    ...await db<{ id: number; name: string }[]>`
    select b.id, b.name from blueprint_software_update_enforcements l join blueprints b on b.id = l.blueprint_id
    where l.enforcement_id = ${id} order by b.name, b.id`,
  ];
}
