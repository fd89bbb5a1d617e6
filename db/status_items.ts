/**
 * What devices report by declarative management, item by item.
 *
 * @module
 */

import { type Db, type Json, json, one } from "./open.ts";

/** An item. `error` is Apple's reasons when the device could not report it. */
export type StatusItemRow = { path: string; value: Json; error: Json; changedAt: Date; reportedAt: Date };

/** The items of a channel by name. */
export async function findStatusItems(db: Db, channelId: number): Promise<StatusItemRow[]> {
  return await db<StatusItemRow[]>`
    select path, value, error, changed_at, reported_at from status_items where channel_id = ${channelId} order by path`;
}

/** An item to write. */
export type StatusItemValues = { path: string; value: Json; error: Json };

/** Changes of an item in a day that its history keeps, and bytes of JSON of one value in it. */
const DAILY_CHANGES = 100;
const HISTORY_BYTES = 64 * 1024;

/**
 * Writes items that changed, and keeps each in the history. The attack: a value that changes with every report fills the
 * history; of one that changes so often the history has the first changes of a day, and of a large value its size only.
 */
export async function putStatusItems(
  db: Db,
  owner: { channelId: number; deviceId: number },
  items: readonly StatusItemValues[],
  now: Date,
): Promise<void> {
  if (items.length === 0) return;
  const given = json(db, JSON.parse(JSON.stringify(items)));
  await db`
    with given as (
      select g->>'path' as path, nullif(g->'value', 'null') as value, nullif(g->'error', 'null') as error
      from jsonb_array_elements(${given}::jsonb) g
    ), kept as (
      insert into status_items (channel_id, path, value, error, changed_at, reported_at)
      select ${owner.channelId}, path, value, error, ${now}, ${now} from given
      on conflict (channel_id, path) do update set value = excluded.value, error = excluded.error,
        changed_at = excluded.changed_at, reported_at = excluded.reported_at
    )
    insert into status_item_history (channel_id, device_id, path, value, error, created_at)
    select ${owner.channelId}, ${owner.deviceId}, path,
      case when octet_length(value::text) > ${HISTORY_BYTES}
        then jsonb_build_object('TooLarge', octet_length(value::text)) else value end, error, ${now} from given
    where (select count(*) from (select 1 from status_item_history h where h.channel_id = ${owner.channelId}
      and h.path = given.path and h.created_at > ${now}::timestamptz - interval '1 day' limit ${DAILY_CHANGES}) today)
      < ${DAILY_CHANGES}`;
}

/** Items were reported as they were. */
export async function touchStatusItems(db: Db, channelId: number, paths: readonly string[], now: Date): Promise<void> {
  if (paths.length === 0) return;
  await db`
    update status_items set reported_at = ${now} where channel_id = ${channelId} and path = any(${[...paths]}::text[])`;
}

/** Forgets items that a full report does not have any more; the history keeps that they went. */
export async function deleteStatusItems(
  db: Db,
  owner: { channelId: number; deviceId: number },
  paths: readonly string[],
  now: Date,
): Promise<void> {
  if (paths.length === 0) return;
  await db`
    with gone as (
      delete from status_items where channel_id = ${owner.channelId} and path = any(${[
    ...paths,
  ]}::text[]) returning path
    )
    insert into status_item_history (channel_id, device_id, path, created_at)
    select ${owner.channelId}, ${owner.deviceId}, path, ${now} from gone`;
}

/** What an item was over time, the newest first. */
export async function findStatusHistory(
  db: Db,
  channelId: number,
  page: { path: string; limit: number; offset: number },
): Promise<{ count: number; rows: { value: Json; error: Json; createdAt: Date }[] }> {
  const rows = await db<{ value: Json; error: Json; createdAt: Date }[]>`
    select value, error, created_at from status_item_history
    where channel_id = ${channelId} and path = ${page.path}
    order by created_at desc limit ${page.limit} offset ${page.offset}`;
  const { count } = one(
    await db<{ count: number }[]>`
      select count(*)::int as count from status_item_history where channel_id = ${channelId} and path = ${page.path}`,
  );
  return { count, rows: [...rows] };
}

/** An item of some device. */
export type FoundStatusItem = StatusItemRow & { deviceId: number; serialNumber: string; userKey: string };

/** Items of all enrolled devices by name, and by value where one is given (its text, exact). */
export async function searchStatusItems(
  db: Db,
  query: { path: string; value?: string | undefined; limit: number; offset: number },
): Promise<{ count: number; rows: FoundStatusItem[] }> {
  const where = db`
    from status_items s join channels c on c.id = s.channel_id join enrollments e on e.id = c.enrollment_id
      join devices d on d.id = e.device_id
    where e.ended_at is null and s.path = ${query.path}
      ${query.value === undefined ? db`` : db`and left(s.value #>> '{}', 200) = ${query.value.slice(0, 200)}`}`;
  const { count } = one(await db<{ count: number }[]>`select count(*)::int as count ${where}`);
  const rows = await db<FoundStatusItem[]>`
    select s.path, s.value, s.error, s.changed_at, s.reported_at, d.id as device_id, d.serial_number, c.user_key
    ${where} order by d.serial_number, c.id limit ${query.limit} offset ${query.offset}`;
  return { count, rows: [...rows] };
}
