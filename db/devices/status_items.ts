/**
 * The reports of declarative management, item by item.
 *
 * @module
 */

import type { ChannelId, DeviceId } from "../ids.ts";
import { type Db, type Json, json, one } from "../open.ts";

/** An item. `error` is Apple's reasons if the device could not report the item. */
export type StatusItemRow = { path: string; value: Json; error: Json; changedAt: Date; reportedAt: Date };

/** Returns the items of a channel by name. */
export async function findStatusItems(db: Db, channelId: ChannelId): Promise<StatusItemRow[]> {
  return await db<StatusItemRow[]>`
    select path, value, error, changed_at, reported_at from status_items where channel_id = ${channelId} order by path`;
}

/** An item to write. `published` is whether Apple's schema has its name. */
export type StatusItemValues = { path: string; value: Json; error: Json; published: boolean };

/** Changes of an item in a day that its history keeps. */
const DAILY_CHANGES = 100;
/**
 * Bytes of JSON of one value in the history, by whether Apple publishes the item: unknown items seldom need a history.
 */
const HISTORY_BYTES = { published: 64 * 1024, other: 4 * 1024 };
/** The additions of a channel to its history in a day: a few dozen items that change occasionally are a tenth of it. */
const DAILY_HISTORY = { rows: 1000, bytes: 2 * 1024 * 1024 };
/** The approximate size of a row in addition to its name and its values. */
const ROW_BYTES = 64;

/**
 * Returns the end of a statement whose common table expression `entries` has changes (path, value, error): they are
 * written to the history as far as the channel's day has room, and `used_up` is whether it ran out of it for the first
 * time that day. One statement of a channel at a time.
 *
 * The attack: full reports that name other items each time. Each item is new, so that no limit of an item holds them, and the
 * history outlives the items.
 */
const keepHistory = (db: Db, { channelId, deviceId }: { channelId: ChannelId; deviceId: DeviceId }, now: Date) =>
  db`
    today as (select (${now}::timestamptz at time zone 'UTC')::date as day),
    used as (
      select rows, bytes, used_up from status_history_days join today using (day) where channel_id = ${channelId}
      union all select 0, 0, false order by rows desc, used_up desc limit 1
    ), sized as (
      select path, value, error, ${ROW_BYTES} + octet_length(path) + coalesce(octet_length(value::text), 0)
        + coalesce(octet_length(error::text), 0) as bytes from entries
    ), wanted as (
      select path, value, error, row_number() over (order by path) as rows, sum(bytes) over (order by path) as bytes
      from sized
    ), fitting as (
      select w.* from wanted w, used
      where used.rows + w.rows <= ${DAILY_HISTORY.rows} and used.bytes + w.bytes <= ${DAILY_HISTORY.bytes}
    ), written as (
      insert into status_item_history (channel_id, device_id, path, value, error, created_at)
      select ${channelId}, ${deviceId}, path, value, error, ${now} from fitting
    ), counted as (
      select used.rows + (select count(*) from fitting) as rows,
        used.bytes + (select coalesce(max(bytes), 0) from fitting) as bytes,
        used.used_up as used_up_before, used.used_up or (select count(*) from wanted) > (select count(*) from fitting) as used_up
      from used
    ), kept_day as (
      insert into status_history_days (channel_id, day, rows, bytes, used_up)
      select ${channelId}, day, rows, bytes, used_up from counted, today
      on conflict (channel_id) do update
        set day = excluded.day, rows = excluded.rows, bytes = excluded.bytes, used_up = excluded.used_up
    )
    select used_up and not used_up_before as used_up from counted`;

/**
 * Writes items that changed, and adds each to the history. The attack: a value that changes with every report fills the
 * history; of one that changes so often the history has the first changes of a day, and of a large value its size only.
 *
 * Returns whether this uses up the history of the day, and it was not used up before.
 */
export async function putStatusItems(
  db: Db,
  owner: { channelId: ChannelId; deviceId: DeviceId },
  items: readonly StatusItemValues[],
  now: Date,
): Promise<boolean> {
  if (items.length === 0) return false;
  const given = json(db, items);
  const { usedUp } = one(
    await db<{ usedUp: boolean }[]>`
    with given as (
      select g->>'path' as path, nullif(g->'value', 'null') as value, nullif(g->'error', 'null') as error,
        case when (g->'published')::boolean then ${HISTORY_BYTES.published}::int else ${HISTORY_BYTES.other}::int end as most
      from jsonb_array_elements(${given}::jsonb) g
    ), kept as (
      insert into status_items (channel_id, path, value, error, changed_at, reported_at)
      select ${owner.channelId}, path, value, error, ${now}, ${now} from given
      on conflict (channel_id, path) do update set value = excluded.value, error = excluded.error,
        changed_at = excluded.changed_at, reported_at = excluded.reported_at
    ), entries as (
      select path,
        case when octet_length(value::text) > most then jsonb_build_object('TooLarge', octet_length(value::text))
          else value end as value,
        case when octet_length(error::text) > most then jsonb_build_object('TooLarge', octet_length(error::text))
          else error end as error
      from given
      where (select count(*) from (select 1 from status_item_history h where h.channel_id = ${owner.channelId}
        and h.path = given.path and h.created_at > ${now}::timestamptz - interval '1 day' limit ${DAILY_CHANGES}) today)
        < ${DAILY_CHANGES}
    ), ${keepHistory(db, owner, now)}`,
  );
  return usedUp;
}

/** Items were reported as they were. */
export async function touchStatusItems(
  db: Db,
  channelId: ChannelId,
  paths: readonly string[],
  now: Date,
): Promise<void> {
  if (paths.length === 0) return;
  await db`
    update status_items set reported_at = ${now} where channel_id = ${channelId} and path = any(${[...paths]}::text[])`;
}

/**
 * Deletes items that a full report no longer has; the history records their removal. Returns the same as
 * `putStatusItems`.
 */
export async function deleteStatusItems(
  db: Db,
  owner: { channelId: ChannelId; deviceId: DeviceId },
  paths: readonly string[],
  now: Date,
): Promise<boolean> {
  if (paths.length === 0) return false;
  const { usedUp } = one(
    await db<{ usedUp: boolean }[]>`
    with gone as (
      delete from status_items where channel_id = ${owner.channelId} and path = any(${[
      ...paths,
    ]}::text[]) returning path
    ), entries as (
      select path, null::jsonb as value, null::jsonb as error from gone
    ), ${keepHistory(db, owner, now)}`,
  );
  return usedUp;
}

/** Returns the history of an item, the newest first. */
export async function findStatusHistory(
  db: Db,
  channelId: ChannelId,
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
export type FoundStatusItem = StatusItemRow & { deviceId: DeviceId; serialNumber: string; userKey: string };

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
