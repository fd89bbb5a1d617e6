/**
 * Commands for many devices as pages and the API show them: the progress, and the result on each device.
 *
 * @module
 */

import { type DeviceLimit, within } from "../access/device_limit_views.ts";
import type { DeviceId } from "../ids.ts";
import { type Db, type Json, one } from "../open.ts";
import type { BulkCommandRow } from "./bulk_commands.ts";

/** A command with the number of devices by the state of each. */
export type BulkCommandView = Omit<BulkCommandRow, "argumentsSealed" | "commands"> & {
  devices: number;
  states: Record<string, number>;
};

/** The result on one device. `state`: of its command, or why there is none. */
export type BulkResultRow = {
  deviceId: DeviceId;
  serialNumber: string;
  deviceName: string;
  state: string;
  why: string;
  commandUuid: string | null;
  sentAt: Date | null;
  resultAt: Date | null;
  errorChain: Json;
};

/** The state of a target `t`: waiting, impossible, or that of its command, live `m` or finished `h`. */
const stateOf = (db: Db) =>
  db`case when t.state = 'queued' then coalesce(m.state, h.state, 'expired') else t.state end`;

const results = (db: Db, only: DeviceLimit | undefined) =>
  db`bulk_command_targets t join devices d on d.id = t.device_id and ${within(db, only)}
    left join commands m on m.uuid = t.command_uuid
    left join command_history h on h.uuid = t.command_uuid`;

/** The selection of a command `b`; with a limit, without the ids of other devices. */
const selection = (db: Db, only: DeviceLimit | undefined) =>
  only === undefined ? db`b.selection` : db`case when jsonb_typeof(b.selection -> 'devices') = 'array' then
    jsonb_set(b.selection, '{devices}', (
      select coalesce(jsonb_agg(d.id order by item.place), '[]')
      from jsonb_array_elements_text(b.selection -> 'devices') with ordinality item (id, place)
        join devices d on d.id = item.id::bigint and ${within(db, only)}))
    else b.selection end as selection`;

const select = (db: Db, only: DeviceLimit | undefined) =>
  db`
    select b.id, b.state, b.name, ${
    selection(db, only)
  }, b.shown, b.not_before, b.expires_at, b.created_by_id, b.created_by_name,
      b.finished_at, b.created_at, b.updated_at, c.devices, c.states
    from bulk_commands b cross join lateral (
      select coalesce(sum(n), 0)::int as devices, coalesce(jsonb_object_agg(s.state, s.n), '{}') as states
      from (select ${stateOf(db)} as state, count(*)::int as n from ${results(db, only)}
        where t.bulk_command_id = b.id group by 1) s
    ) c`;

/** Returns one command with its progress on the devices of the limit; undefined if it has none of them. */
export async function findBulkView(
  db: Db,
  id: string,
  only: DeviceLimit | undefined,
): Promise<BulkCommandView | undefined> {
  const [row] = await db<BulkCommandView[]>`
    ${select(db, only)} where b.id = ${id} and (c.devices > 0 or ${only === undefined})`;
  return row;
}

/** Returns a page of commands, the newest first, and the total number; with a limit, those with devices of it. */
export async function listBulkViews(
  db: Db,
  { only, limit, offset }: { only: DeviceLimit | undefined; limit: number; offset: number },
): Promise<{ rows: BulkCommandView[]; count: number }> {
  const seen = only === undefined ? db`true` : db`exists (
    select 1 from bulk_command_targets t join devices d on d.id = t.device_id
    where t.bulk_command_id = b.id and ${within(db, only)})`;
  const rows = await db<BulkCommandView[]>`
    ${select(db, only)} where b.id in (
      select b.id from bulk_commands b where ${seen} order by b.created_at desc, b.id desc limit ${limit} offset ${offset})
    order by b.created_at desc, b.id desc`;
  const { count } = one(
    await db<{ count: number }[]>`select count(*)::int as count from bulk_commands b where ${seen}`,
  );
  return { rows: [...rows], count };
}

/** Returns a page of results by serial number, and the total number; in one state or any. */
export async function listBulkResults(
  db: Db,
  id: string,
  { only, state, limit, offset }: {
    only: DeviceLimit | undefined;
    state?: string | undefined;
    limit: number;
    offset: number;
  },
): Promise<{ rows: BulkResultRow[]; count: number }> {
  const from = db`from ${results(db, only)} left join enrollments e on e.id = d.enrollment_id
    where t.bulk_command_id = ${id} ${state === undefined ? db`` : db`and ${stateOf(db)} = ${state}`}`;
  const rows = await db<BulkResultRow[]>`
    select t.device_id, d.serial_number, coalesce(e.name, '') as device_name, ${stateOf(db)} as state, t.why,
      t.command_uuid, coalesce(m.sent_at, h.sent_at) as sent_at, coalesce(h.result_at, m.not_now_at) as result_at,
      h.error_chain
    ${from} order by d.serial_number, t.device_id limit ${limit} offset ${offset}`;
  const { count } = one(await db<{ count: number }[]>`select count(*)::int as count ${from}`);
  return { rows: [...rows], count };
}

/** Returns how many targets of a command the limit does not cover. */
export async function countUncovered(db: Db, id: string, only: DeviceLimit): Promise<number> {
  return one(
    await db<{ count: number }[]>`
      select count(*)::int as count from bulk_command_targets t join devices d on d.id = t.device_id
      where t.bulk_command_id = ${id} and not ${within(db, only)}`,
  ).count;
}
