/**
 * The event log's table: append, search, and its monthly partitions.
 *
 * @module
 */

import { coveredSerialNumbers, type DeviceLimit } from "../access/device_limit_views.ts";
import { type Db, type Json, json, one, type Sql } from "../open.ts";
import { THRICE, withShortLocks } from "../short_locks.ts";

/** One event as it is stored. */
export type EventRow = {
  id: string;
  index: number;
  type: string;
  createdAt: Date;
  tags: string[];
  serialNumber: string | null;
  userId: number | null;
  request: Json;
  objects: Record<string, string[]>;
  payload: Json;
};

const insertion = (db: Db, rows: readonly EventRow[]) =>
  db`
    insert into events (id, index, type, created_at, tags, serial_number, user_id, request, objects, payload)
    select (e->>'id')::uuid, (e->>'index')::int, e->>'type', (e->>'createdAt')::timestamptz,
           array(select jsonb_array_elements_text(e->'tags')), e->>'serialNumber', (e->>'userId')::int,
           nullif(e->'request', 'null'), e->'objects', e->'payload'
    from jsonb_array_elements(${JSON.stringify(rows)}::text::jsonb) as e`;

/** Appends events. */
export async function insertEvents(db: Db, rows: readonly EventRow[]): Promise<void> {
  if (rows.length > 0) await insertion(db, rows);
}

/** Appends those events that are not there yet: the answer to an earlier insertion may have been lost behind its commit. */
export async function insertEventsOnce(db: Db, rows: readonly EventRow[]): Promise<void> {
  if (rows.length > 0) await db`${insertion(db, rows)} on conflict do nothing`;
}

/** The filters of a search; absent means any. `before` is the last row of the previous page. */
export type EventQuery = {
  type?: string;
  serialNumber?: string;
  /** Events about any of these objects, or of any of these devices. */
  about?: { objects: readonly { key: string; value: string }[]; serialNumbers: readonly string[] };
  userId?: number;
  since?: Date;
  until?: Date;
  before?: { createdAt: Date; id: string; index: number };
  /** Events of these devices only, and none without a device. */
  only?: DeviceLimit | undefined;
  limit: number;
};

/** Bytes of events that one answer holds at most, above the first event. */
const PAGE_BYTES = 2 * 1024 * 1024;

/** Matching events, newest first, as many as asked for and no more than 2 MiB of them; and whether older ones match. */
export async function pageOfEvents(db: Db, query: EventQuery): Promise<{ rows: EventRow[]; more: boolean }> {
  const { type, serialNumber, about, userId, since, until, before } = query;
  const found = await db<(EventRow & { bytesBefore: number })[]>`
    select id, index, type, created_at, tags, serial_number, user_id, request, objects, payload,
      coalesce(sum(octet_length(payload::text) + coalesce(octet_length(request::text), 0) + octet_length(objects::text))
        over (order by created_at desc, id desc, index rows between unbounded preceding and 1 preceding), 0)::float8
        as bytes_before
    from (select * from events
    where true
      ${type === undefined ? db`` : db`and type = ${type}`}
      ${serialNumber === undefined ? db`` : db`and serial_number = ${serialNumber}`}
      ${
    about === undefined ? db`` : db`and (${
      about.objects.reduce(
        (any, { key, value }) => db`${any} or objects @> ${json(db, { [key]: [value] })}`,
        db`serial_number = any(${[...about.serialNumbers]}::text[])`,
      )
    })`
  }
      ${query.only === undefined ? db`` : db`and serial_number in ${coveredSerialNumbers(db, query.only)}`}
      ${userId === undefined ? db`` : db`and user_id = ${userId}`}
      ${since === undefined ? db`` : db`and created_at >= ${since}`}
      ${until === undefined ? db`` : db`and created_at < ${until}`}
      ${
    before === undefined
      ? db``
      : db`and (created_at, id, -index) < (${before.createdAt}, ${before.id}, ${-before.index})`
  }
    order by created_at desc, id desc, index
    limit ${query.limit + 1}) as found
    order by created_at desc, id desc, index`;
  const rows = found.slice(0, query.limit).filter(({ bytesBefore }) => bytesBefore < PAGE_BYTES)
    .map(({ bytesBefore: _, ...row }) => row);
  return { rows, more: found.length > rows.length };
}

/** Returns the event types in the log, by name. */
export async function eventTypes(db: Db): Promise<string[]> {
  const rows = await db<{ type: string }[]>`
    with recursive names as (
      (select type from events order by type limit 1)
      union all
      select (select e.type from events e where e.type > names.type order by e.type limit 1)
      from names where names.type is not null
    )
    select type from names where type is not null`;
  return rows.map(({ type }) => type);
}

const monthStart = (date: Date, offset: number) =>
  new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset));
const partitionName = (table: string, start: Date) =>
  `${table}_${start.getUTCFullYear()}_${String(start.getUTCMonth() + 1).padStart(2, "0")}`;

/** The tables that are partitioned by month. */
const MONTHLY_TABLES = ["events", "command_history", "status_item_history"] as const;

/** Any constant; all processes of all versions use the same. */
const PARTITION_LOCK = 7_236_502;

/**
 * Creates the partitions of the months around `now`, one process at a time. Returns the names of the new ones. Throws
 * an error that `isLocked` knows when a table is in use for long.
 */
export async function ensurePartitions(sql: Sql, now: Date, patience = THRICE): Promise<string[]> {
  const made: string[] = [];
  for (const table of MONTHLY_TABLES) {
    made.push(
      ...await sql.begin((tx) =>
        withShortLocks(tx, patience, async (inner) => {
          // `create table if not exists` fails when two do it at once.
          await inner`select pg_advisory_xact_lock(${PARTITION_LOCK})`;
          return await makePartitions(inner, table, now);
        })
      ),
    );
  }
  return made;
}

async function makePartitions(db: Db, table: typeof MONTHLY_TABLES[number], now: Date): Promise<string[]> {
  const made: string[] = [];
  const { found } = one(await db<{ found: boolean }[]>`select to_regclass(${table}) is not null as found`);
  if (!found) return made;
  for (const offset of [0, 1, 2]) {
    const [from, until] = [monthStart(now, offset), monthStart(now, offset + 1)];
    const name = partitionName(table, from);
    const { exists, stray } = one(
      await db<{ exists: boolean; stray: boolean }[]>`
        select to_regclass(${name}) is not null as exists,
          exists (select 1 from ${
        db(`${table}_default`)
      } where created_at >= ${from} and created_at < ${until}) as stray`,
    );
    // Rows that already went to the default partition keep their month there.
    if (exists || stray) continue;
    await db`create table if not exists ${db(name)} partition of ${db(table)}
      for values from (${db.unsafe(`'${from.toISOString()}'`)}) to (${db.unsafe(`'${until.toISOString()}'`)})`;
    made.push(name);
  }
  return made;
}

/**
 * Drops the months of `table` that ended before `limit`. Returns the names of the dropped partitions. Throws as
 * `ensurePartitions` does.
 */
export async function dropPartitionsBefore(
  sql: Sql,
  table: typeof MONTHLY_TABLES[number],
  limit: Date,
  patience = THRICE,
): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = ${table}::regclass order by c.relname`;
  const dropped: string[] = [];
  for (const { name } of rows) {
    const match = /_(\d{4})_(\d{2})$/.exec(name);
    if (match === null || Date.UTC(Number(match[1]), Number(match[2])) > limit.getTime()) continue;
    await sql.begin((tx) => withShortLocks(tx, patience, (inner) => inner`drop table if exists ${inner(name)}`));
    dropped.push(name);
  }
  await sql`delete from ${sql(`${table}_default`)} where created_at < ${limit}`;
  return dropped;
}
