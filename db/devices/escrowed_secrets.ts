/**
 * Secrets that unlock hardware: appended, never overwritten.
 *
 * @module
 */

import type { DeviceId } from "../ids.ts";
import type { Db } from "../open.ts";

/** The kinds of secrets. Tokens move here when their enrollment is removed. */
export type EscrowKind =
  | "device_lock_pin"
  | "bootstrap_token"
  | "unlock_token"
  | "admin_password"
  | "filevault_prk"
  | "filevault_prk_unread"
  | "recovery_lock_password"
  | "firmware_password"
  | "activation_lock_bypass_code"
  | "activation_lock_organization_code";

/** An escrowed secret without its value. */
export type EscrowedRow = {
  id: number;
  deviceId: DeviceId;
  kind: EscrowKind;
  /** Whether the device is known to have it; otherwise it was only sent, or its sender is not certain. */
  proven: boolean;
  /** A code of `src/escrow/reasons.ts`; "" where none was recorded. */
  reason: string;
  /** The command that led to it. */
  commandUuid: string | null;
  createdAt: Date;
  endedAt: Date | null;
};

/** An escrowed secret, sealed. */
export type SealedRow = EscrowedRow & { secretSealed: string };

/** A secret to add. */
export type NewEscrowed =
  & Pick<SealedRow, "id" | "deviceId" | "kind" | "secretSealed" | "proven" | "reason">
  & { commandUuid: string | null };

const columns = (db: Db) => db`id, device_id, kind, proven, reason, command_uuid, created_at, ended_at`;

/** Adds a secret. Those of its kind before it stay what they are. */
export async function insertEscrowed(db: Db, row: NewEscrowed, now: Date): Promise<void> {
  await db`insert into escrowed_secrets ${db({ ...row, createdAt: now })}`;
}

/**
 * Marks the secrets of a kind as no longer valid, except one of them. Returns whether one of those was proven.
 */
export async function endEscrowed(
  db: Db,
  deviceId: DeviceId,
  kind: EscrowKind,
  now: Date,
  except: number | null = null,
): Promise<boolean> {
  const rows = await db<{ proven: boolean }[]>`
    update escrowed_secrets set ended_at = ${now}
    where device_id = ${deviceId} and kind = ${kind} and ended_at is null ${
    except === null ? db`` : db`and id <> ${except}`
  }
    returning proven`;
  return rows.some(({ proven }) => proven);
}

/** Marks one secret as no longer valid. */
export async function endOneEscrowed(db: Db, deviceId: DeviceId, id: number, now: Date): Promise<void> {
  await db`update escrowed_secrets set ended_at = ${now} where id = ${id} and device_id = ${deviceId}`;
}

/** Marks the secret of a command as one that counts again. Returns whether there is one. */
export async function reopenEscrowed(
  db: Db,
  deviceId: DeviceId,
  kind: EscrowKind,
  commandUuid: string,
): Promise<boolean> {
  return (await db`
    update escrowed_secrets set ended_at = null
    where device_id = ${deviceId} and kind = ${kind} and command_uuid = ${commandUuid}`).count > 0;
}

/** Marks a secret as proven. */
export async function setProven(db: Db, id: number): Promise<void> {
  await db`update escrowed_secrets set proven = true where id = ${id}`;
}

/** Returns the secrets of a kind that have not ended, sealed: the latest first. */
export async function findOpenEscrowed(db: Db, deviceId: DeviceId, kind: EscrowKind): Promise<SealedRow[]> {
  return await db<SealedRow[]>`
    select ${columns(db)}, secret_sealed from escrowed_secrets
    where device_id = ${deviceId} and kind = ${kind} and ended_at is null order by id desc`;
}

/** Returns the secrets of a kind that have ended, sealed: the latest first. */
export async function findEndedEscrowed(
  db: Db,
  deviceId: DeviceId,
  kind: EscrowKind,
  limit: number,
): Promise<SealedRow[]> {
  return await db<SealedRow[]>`
    select ${columns(db)}, secret_sealed from escrowed_secrets
    where device_id = ${deviceId} and kind = ${kind} and ended_at is not null order by id desc limit ${limit}`;
}

/** Returns one secret of a device, whatever became of it. */
export async function findEscrowedById(db: Db, deviceId: DeviceId, id: number): Promise<SealedRow | undefined> {
  const [row] = await db<SealedRow[]>`
    select ${columns(db)}, secret_sealed from escrowed_secrets where device_id = ${deviceId} and id = ${id}`;
  return row;
}

/** Returns every secret of a device without its value, the latest first. */
export async function listEscrowed(db: Db, deviceId: DeviceId): Promise<EscrowedRow[]> {
  return await db<EscrowedRow[]>`
    select ${columns(db)} from escrowed_secrets where device_id = ${deviceId} order by id desc`;
}
