/**
 * Secrets that unlock hardware: appended, never overwritten.
 *
 * @module
 */

import type { DeviceId } from "../ids.ts";
import type { Db } from "../open.ts";

/** The kinds of secrets. Tokens move here when their enrollment is removed. */
export type EscrowKind = "device_lock_pin" | "bootstrap_token" | "unlock_token" | "admin_password";

/** An escrowed secret, sealed. */
export type EscrowedRow = {
  id: number;
  deviceId: DeviceId;
  secretSealed: string;
  createdAt: Date;
  endedAt: Date | null;
};

/** Adds a secret; those of its kind before it have ended. */
export async function insertEscrowed(
  db: Db,
  row: { id: number; deviceId: DeviceId; kind: EscrowKind; secretSealed: string },
  now: Date,
): Promise<void> {
  await endEscrowed(db, row.deviceId, row.kind, now);
  await db`
    insert into escrowed_secrets (id, device_id, kind, secret_sealed, created_at)
    values (${row.id}, ${row.deviceId}, ${row.kind}, ${row.secretSealed}, ${now})`;
}

/** Marks the current secret as no longer valid. Returns whether there was one. */
export async function endEscrowed(db: Db, deviceId: DeviceId, kind: EscrowKind, now: Date): Promise<boolean> {
  const { count } = await db`
    update escrowed_secrets set ended_at = ${now} where device_id = ${deviceId} and kind = ${kind} and ended_at is null`;
  return count > 0;
}

/** Returns the current secret. */
export async function findEscrowed(db: Db, deviceId: DeviceId, kind: EscrowKind): Promise<EscrowedRow | undefined> {
  const [row] = await db<EscrowedRow[]>`
    select id, device_id, secret_sealed, created_at, ended_at from escrowed_secrets
    where device_id = ${deviceId} and kind = ${kind} and ended_at is null order by id desc limit 1`;
  return row;
}
