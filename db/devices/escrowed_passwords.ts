/**
 * Escrowed passwords that are set by command: kept from the moment that they are sent, until the device has proven one.
 *
 * @module
 */

import type { DeviceId } from "../ids.ts";
import { type Db, one } from "../open.ts";

/** The kinds of passwords that commands set. */
export type PasswordKind = "recovery_lock_password" | "firmware_password" | "admin_password";

/** An escrowed password, sealed. Times are null when the thing never happened. */
export type EscrowedPasswordRow = {
  id: number;
  kind: PasswordKind;
  secretSealed: string;
  proven: boolean;
  commandUuid: string | null;
  endedAt: Date | null;
};

const columns = (db: Db) => db`id, kind, secret_sealed, proven, command_uuid, ended_at`;

/** Returns the passwords of a kind that have not ended, the newest first. */
export async function livePasswords(db: Db, deviceId: DeviceId, kind: PasswordKind): Promise<EscrowedPasswordRow[]> {
  return await db<EscrowedPasswordRow[]>`
    select ${columns(db)} from escrowed_secrets
    where device_id = ${deviceId} and kind = ${kind} and ended_at is null order by id desc`;
}

/** Returns a password of a device, ended or not. */
export async function findPassword(
  db: Db,
  deviceId: DeviceId,
  kind: PasswordKind,
  id: number,
): Promise<EscrowedPasswordRow | undefined> {
  const [row] = await db<EscrowedPasswordRow[]>`
    select ${columns(db)} from escrowed_secrets where id = ${id} and device_id = ${deviceId} and kind = ${kind}`;
  return row;
}

/** Adds a password that is sent. Those before it stay: which one the device has is not known yet. */
export async function insertSentPassword(
  db: Db,
  row: {
    id: number;
    deviceId: DeviceId;
    kind: PasswordKind;
    secretSealed: string;
    commandUuid: string;
    origin: "manual" | "static" | "dynamic";
    reason: string;
  },
  now: Date,
): Promise<void> {
  await db`
    insert into escrowed_secrets (id, device_id, kind, secret_sealed, proven, origin, reason, command_uuid, created_at)
    values (${row.id}, ${row.deviceId}, ${row.kind}, ${row.secretSealed}, false, ${row.origin}, ${row.reason},
      ${row.commandUuid}, ${now})`;
}

/** The device has this password: those before it have ended, and those that it denied. Returns what it replaces. */
export async function provePassword(
  db: Db,
  deviceId: DeviceId,
  kind: PasswordKind,
  id: number,
  now: Date,
): Promise<{ proven: boolean; replaced: boolean }> {
  const before = await db<{ id: number; proven: boolean }[]>`
    select id, proven and ended_at is null as proven from escrowed_secrets
    where device_id = ${deviceId} and kind = ${kind} and (id = ${id} or (ended_at is null and (id < ${id} or denied_at is not null)))
    for update`;
  await db`
    update escrowed_secrets set proven = true, checked_at = ${now}, denied_at = null, ended_at = null where id = ${id}`;
  await db`
    update escrowed_secrets set ended_at = ${now}
    where id = any(${before.flatMap((row) => (row.id === id ? [] : [row.id]))}::bigint[])`;
  return {
    proven: before.find((row) => row.id === id)?.proven !== true,
    replaced: before.some((row) => row.id !== id && row.proven),
  };
}

/** The device does not have this password, or refused it. */
export async function denyPassword(
  db: Db,
  deviceId: DeviceId,
  kind: PasswordKind,
  which: { id: number } | { commandUuid: string },
  now: Date,
): Promise<void> {
  await db`
    update escrowed_secrets set denied_at = ${now}, proven = false
    where device_id = ${deviceId} and kind = ${kind}
      and ${"id" in which ? db`id = ${which.id}` : db`command_uuid = ${which.commandUuid} and ended_at is null`}`;
}

/** The device was told to remove its password. Whether it obeyed, it says later: the row then ends. */
export async function countRemoval(db: Db, deviceId: DeviceId, kind: PasswordKind): Promise<void> {
  await db`
    update escrowed_secrets set removals_tried = least(removals_tried + 1, 100)
    where device_id = ${deviceId} and kind = ${kind} and ended_at is null and proven`;
}

/** Ends the passwords of a kind that a device was known to have, or denied. Returns whether it was known to have one. */
export async function endPasswords(db: Db, deviceId: DeviceId, kind: PasswordKind, now: Date): Promise<boolean> {
  const ended = await db<{ proven: boolean }[]>`
    update escrowed_secrets set ended_at = ${now}
    where device_id = ${deviceId} and kind = ${kind} and ended_at is null and (proven or denied_at is not null)
    returning proven`;
  return ended.some(({ proven }) => proven);
}

/** A password is to be replaced at that time, or before if that was said before. Returns when. */
export async function replacePasswordAt(db: Db, id: number, at: Date): Promise<Date> {
  const { rotateAt } = one(
    await db<{ rotateAt: Date }[]>`
      with due as (update escrowed_secrets set rotate_at = least(rotate_at, ${at}::timestamptz) where id = ${id}
        returning device_id, rotate_at),
      woken as (update channels c set next_action_at = least(c.next_action_at, ${at}::timestamptz),
          push_due_at = least(c.push_due_at, ${at}::timestamptz)
        from enrollments e, due
        where e.device_id = due.device_id and e.ended_at is null and c.enrollment_id = e.id and c.user_key = '')
      select rotate_at from due`,
  );
  return rotateAt;
}

/** What the planner knows of a password. Times in ISO form, null when the thing never happened. */
export type PasswordFactJson = {
  id: number;
  kind: PasswordKind;
  createdAt: string;
  proven: boolean;
  origin: "manual" | "static" | "dynamic" | null;
  checkedAt: string | null;
  deniedAt: string | null;
  endedAt: string | null;
  rotateAt: string | null;
  removalsTried: number;
};

/**
 * The facts of the passwords of the device `e`, for its own channel `c`, as JSON; null where there are none. Many failed
 * attempts do not hide the password that the device has.
 */
export const passwordFacts = (db: Db) =>
  db`case when c.user_key = '' and e.platform = 'macOS' then (
    select jsonb_agg(jsonb_build_object('id', s.id, 'kind', s.kind, 'createdAt', s.created_at, 'proven', s.proven,
      'origin', s.origin, 'checkedAt', s.checked_at, 'deniedAt', s.denied_at, 'endedAt', s.ended_at,
      'rotateAt', s.rotate_at, 'removalsTried', s.removals_tried) order by s.id desc)
    from (select * from escrowed_secrets where device_id = e.device_id
      and kind in ('recovery_lock_password', 'firmware_password', 'admin_password')
      order by ended_at is null and proven desc, ended_at is null desc, id desc limit 16) s) end`;
