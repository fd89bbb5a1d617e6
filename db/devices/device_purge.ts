/**
 * Removing the data of deleted devices, in statements that each look at one device by an index.
 *
 * @module
 */

import type { EscrowKind } from "./escrowed_secrets.ts";
import type { ChannelId, DeviceId, EnrollmentId } from "../ids.ts";
import { type Db, one } from "../open.ts";

/** Rows of a history that one statement removes. */
const HISTORY_BATCH = 500;

/** A device whose time is over. */
export type ExpiredDevice = { id: DeviceId; deletedAt: Date };

/** Up to `limit` devices that were deleted at `before` or earlier and whose data is not removed, after `after`. */
export async function findExpiredDevices(
  db: Db,
  before: Date,
  after: ExpiredDevice | undefined,
  limit: number,
): Promise<ExpiredDevice[]> {
  return await db<ExpiredDevice[]>`
    select id, deleted_at from devices
    where deleted_at is not null and purged_at is null and deleted_at <= ${before}
      ${after === undefined ? db`` : db`and (deleted_at, id) > (${after.deletedAt}, ${after.id})`}
    order by deleted_at, id limit ${limit}`;
}

/** A device that is being removed. */
export type PurgedDevice = {
  udid: string;
  serialNumber: string;
  deletedAt: Date;
  deletedBy: string;
  purgeBeganAt: Date | null;
};

/**
 * Locks a device that was deleted at `before` or earlier; undefined if it was restored, or another transaction has
 * locked it.
 */
export async function lockExpiredDevice(db: Db, id: DeviceId, before: Date): Promise<PurgedDevice | undefined> {
  const [row] = await db<PurgedDevice[]>`
    select udid, serial_number, deleted_at, deleted_by, purge_began_at from devices
    where id = ${id} and deleted_at <= ${before} and purged_at is null for no key update skip locked`;
  return row;
}

/** From now on the device cannot be restored. */
export async function beginPurge(db: Db, id: DeviceId, now: Date): Promise<void> {
  await db`update devices set purge_began_at = ${now}, updated_at = ${now} where id = ${id}`;
}

/** A token of an enrollment, sealed for that row. */
export type KeptToken = {
  enrollmentId: EnrollmentId;
  kind: Extract<EscrowKind, "bootstrap_token" | "unlock_token">;
  sealed: string;
  at: Date;
};

/** Returns the tokens that the enrollments of a device hold: up to `limit` enrollments', by id. */
export async function findTokens(db: Db, deviceId: DeviceId, limit: number): Promise<KeptToken[]> {
  return await db<KeptToken[]>`
    select e.id as enrollment_id, t.kind, t.sealed, e.updated_at as at
    from (
      select id, bootstrap_token_sealed, unlock_token_sealed, updated_at from enrollments
      where device_id = ${deviceId} and (bootstrap_token_sealed is not null or unlock_token_sealed is not null)
      order by id limit ${limit}
    ) e cross join lateral (
      values ('bootstrap_token', e.bootstrap_token_sealed), ('unlock_token', e.unlock_token_sealed)
    ) t (kind, sealed)
    where t.sealed is not null order by e.id, t.kind`;
}

/** Adds a secret that is of no more use to an enrollment, and takes it from there. */
export async function keepToken(
  db: Db,
  row: { id: number; deviceId: DeviceId; token: KeptToken; secretSealed: string },
  now: Date,
): Promise<void> {
  const { kind, enrollmentId, at } = row.token;
  await db`
    insert into escrowed_secrets (id, device_id, kind, secret_sealed, reason, created_at, ended_at)
    values (${row.id}, ${row.deviceId}, ${kind}, ${row.secretSealed}, 'removed', ${at}, ${now})`;
  await db`update enrollments set ${db({ [`${kind}_sealed`]: null })} where id = ${enrollmentId}`;
}

/** Removes finished commands of a device. Returns whether there may be more. */
export async function purgeCommandHistory(db: Db, deviceId: DeviceId): Promise<boolean> {
  const { count } = await db`
    delete from command_history h using (
      select created_at, id from command_history where device_id = ${deviceId} limit ${HISTORY_BATCH}
    ) g where h.device_id = ${deviceId} and h.created_at = g.created_at and h.id = g.id`;
  return count === HISTORY_BATCH;
}

/** Removes one channel of a device, with its history first. Returns whether there may be more. */
export async function purgeChannel(db: Db, deviceId: DeviceId): Promise<boolean> {
  const [channel] = await db<{ id: ChannelId }[]>`
    select c.id from enrollments e join channels c on c.enrollment_id = e.id
    where e.device_id = ${deviceId} order by c.id limit 1`;
  if (channel === undefined) return false;
  const { count } = await db`
    delete from status_item_history h using (
      select tableoid as partition, ctid as place from status_item_history where channel_id = ${channel.id} limit ${HISTORY_BATCH}
    ) g where h.tableoid = g.partition and h.ctid = g.place and h.channel_id = ${channel.id}`;
  if (count < HISTORY_BATCH) await db`delete from channels where id = ${channel.id}`;
  return true;
}

/**
 * Removes one enrollment of a device with its identities, its inventory and its sessions. Returns whether there may be
 * more.
 */
export async function purgeEnrollment(db: Db, deviceId: DeviceId): Promise<boolean> {
  const [enrollment] = await db<{ id: EnrollmentId; sessionId: number }[]>`
    select id, session_id from enrollments where device_id = ${deviceId} order by id limit 1`;
  if (enrollment === undefined) return false;
  const { id, sessionId } = enrollment;
  await db`update devices set enrollment_id = null where id = ${deviceId} and enrollment_id = ${id}`;
  const sessions = await db<{ id: number }[]>`
    update enrollment_sessions set enrollment_id = null where enrollment_id = ${id} returning id`;
  await db`delete from enrollments where id = ${id}`;
  await purgeSessions(db, [sessionId, ...sessions.map((session) => session.id)]);
  return true;
}

/** Removes sessions without an enrollment, with their certificates. Returns their number. */
async function purgeSessions(db: Db, ids: readonly number[]): Promise<number> {
  const unused = await db<{ id: number }[]>`
    select s.id from enrollment_sessions s where s.id = any(${[...ids]}::int[]) and s.enrollment_id is null
      and not exists (select 1 from enrollments e where e.session_id = s.id) for update`;
  const gone = unused.map(({ id }) => id);
  // A message of Automated Device Enrollment stays used, which its digest alone says: nothing of the device is left in it.
  await db`
    update dep_messages set session_id = null, factory_key = '', serial_number = '',
      used_at = coalesce(used_at, created_at)
    where session_id = any(${gone}::int[])`;
  await db`delete from issued_certificates where session_id = any(${gone}::int[])`;
  return (await db`delete from enrollment_sessions where id = any(${gone}::int[])`).count;
}

/** Removes sessions of that hardware that led to no enrollment and have ended. Returns whether there may be more. */
export async function purgeUnusedSessions(
  db: Db,
  { udid, serialNumber }: Pick<PurgedDevice, "udid" | "serialNumber">,
  now: Date,
): Promise<boolean> {
  const limit = 100;
  const rows = await db<{ id: number }[]>`
    select s.id from enrollment_sessions s where s.udid = ${udid} and s.enrollment_id is null
      and s.serial_number = ${serialNumber} and s.expires_at <= ${now}
      and not exists (select 1 from enrollments e where e.session_id = s.id) limit ${limit}`;
  return rows.length > 0 && await purgeSessions(db, rows.map(({ id }) => id)) === limit;
}

/**
 * Ends a removal: deletes the device, unless it has escrowed secrets or is blocked. Returns the kinds of its secrets.
 */
export async function endPurge(db: Db, id: DeviceId, now: Date): Promise<{ removed: boolean; kinds: EscrowKind[] }> {
  const { kinds, blocked } = one(
    await db<{ kinds: EscrowKind[]; blocked: boolean }[]>`
      select array(select distinct kind from escrowed_secrets where device_id = ${id} order by kind) as kinds,
        blocked_at is not null as blocked
      from devices where id = ${id}`,
  );
  const removed = kinds.length === 0 && !blocked;
  // What was asked and decided about it is in the events.
  await db`delete from approvals where device_id = ${id}`;
  if (removed) await db`delete from devices where id = ${id}`;
  else await db`update devices set purged_at = ${now}, updated_at = ${now} where id = ${id}`;
  return { removed, kinds };
}
