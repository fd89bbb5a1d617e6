/**
 * Commands for many devices: the order, its targets, and the work on them.
 *
 * @module
 */

import type { DeviceId } from "../ids.ts";
import { type Db, type Json, json, one } from "../open.ts";

/** A command for many devices. */
export type BulkCommandRow = {
  id: string;
  /** `waiting`: for the approval of a second person. `done`: each device has the command or a reason why not. */
  state: "waiting" | "running" | "done" | "cancelled" | "declined";
  name: string;
  commands: string[];
  argumentsSealed: string | null;
  selection: Json;
  shown: Json;
  notBefore: Date | null;
  expiresAt: Date | null;
  createdById: number | null;
  createdByName: string;
  finishedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

/** A device of the selection; with a reason, it cannot have the command. */
export type NewTarget = { deviceId: DeviceId; why: string | null };

const columns = (db: Db) =>
  db`id, state, name, commands, arguments_sealed, selection, shown, not_before, expires_at, created_by_id,
    created_by_name, finished_at, created_at, updated_at`;

/** Adds a command with its targets. */
export async function insertBulkCommand(
  db: Db,
  row: Omit<BulkCommandRow, "finishedAt" | "createdAt" | "updatedAt">,
  targets: readonly NewTarget[],
  now: Date,
): Promise<void> {
  await db`
    insert into bulk_commands (id, state, name, commands, arguments_sealed, selection, shown, not_before, expires_at,
      created_by_id, created_by_name, created_at, updated_at)
    values (${row.id}, ${row.state}, ${row.name}, ${row.commands}, ${row.argumentsSealed}, ${json(db, row.selection)},
      ${
    json(db, row.shown)
  }, ${row.notBefore}, ${row.expiresAt}, ${row.createdById}, ${row.createdByName}, ${now}, ${now})`;
  await db`
    insert into bulk_command_targets (bulk_command_id, device_id, state, why)
    select ${row.id}, (t->>'deviceId')::int, case when t->>'why' is null then 'waiting' else 'impossible' end,
      coalesce(t->>'why', '')
    from jsonb_array_elements(${json(db, targets.map(({ deviceId, why }) => ({ deviceId, why })))}::jsonb) as t`;
}

/** Returns one command. */
export async function findBulkCommand(db: Db, id: string): Promise<BulkCommandRow | undefined> {
  const [row] = await db<BulkCommandRow[]>`select ${columns(db)} from bulk_commands where id = ${id}`;
  return row;
}

/** Returns the same, locked for the transaction. */
export async function lockBulkCommand(db: Db, id: string): Promise<BulkCommandRow | undefined> {
  const [row] = await db<BulkCommandRow[]>`select ${columns(db)} from bulk_commands where id = ${id} for update`;
  return row;
}

/** Sets the state of a command. Its arguments are no longer kept once it has ended. */
export async function setBulkState(db: Db, id: string, state: BulkCommandRow["state"], now: Date): Promise<void> {
  const ended = state !== "waiting" && state !== "running";
  await db`
    update bulk_commands set state = ${state}, updated_at = ${now},
      finished_at = case when ${ended} then coalesce(finished_at, ${now}::timestamptz) end,
      arguments_sealed = case when ${ended} then null else arguments_sealed end
    where id = ${id}`;
}

/** Returns the next devices that wait for the command, by id. */
export async function waitingTargets(db: Db, id: string, limit: number): Promise<DeviceId[]> {
  const rows = await db<{ deviceId: DeviceId }[]>`
    select device_id from bulk_command_targets where bulk_command_id = ${id} and state = 'waiting'
    order by device_id limit ${limit}`;
  return rows.map(({ deviceId }) => deviceId);
}

/** Notes what became of a target: the command that was queued, or why none was. */
export async function settleTarget(
  db: Db,
  id: string,
  deviceId: DeviceId,
  outcome: { uuid: string } | { why: string },
): Promise<void> {
  const queued = "uuid" in outcome;
  await db`
    update bulk_command_targets set state = ${queued ? "queued" : "impossible"}, why = ${queued ? "" : outcome.why},
      command_uuid = ${queued ? outcome.uuid : null}
    where bulk_command_id = ${id} and device_id = ${deviceId}`;
}

/** Cancels what waits. Returns the number of devices. */
export async function cancelTargets(db: Db, id: string): Promise<number> {
  return (await db`
    update bulk_command_targets set state = 'cancelled' where bulk_command_id = ${id} and state = 'waiting'`).count;
}

/** Returns the commands of targets that are queued and not sent, by UUID after `after`. */
export async function unsentCommands(db: Db, id: string, after: string, limit: number): Promise<string[]> {
  const rows = await db<{ uuid: string }[]>`
    select m.uuid from bulk_command_targets t join commands m on m.uuid = t.command_uuid
    where t.bulk_command_id = ${id} and m.state = 'queued' and m.uuid > ${after}::uuid
    order by m.uuid limit ${limit}`;
  return rows.map(({ uuid }) => uuid);
}

/** Deletes commands that ended before a time. */
export async function deleteOldBulkCommands(db: Db, before: Date): Promise<number> {
  return (await db`
    delete from bulk_commands where state not in ('waiting', 'running') and updated_at < ${before}`).count;
}

/** Returns the number of targets. */
export async function countTargets(db: Db, id: string): Promise<number> {
  return one(
    await db<{ count: number }[]>`
      select count(*)::int as count from bulk_command_targets where bulk_command_id = ${id}`,
  ).count;
}
