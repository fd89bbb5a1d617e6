/**
 * The key pairs that Macs encrypt their recovery keys to.
 *
 * @module
 */

import type { DeviceId, EnrollmentId } from "../ids.ts";
import type { Db } from "../open.ts";

/** What a key is for: the certificate of the profile, or of the answer to one rotation. */
export type EscrowKeyPurpose = "escrow" | "reply";

/** A key pair, sealed. */
export type EscrowKeyRow = {
  id: number;
  deviceId: DeviceId;
  purpose: EscrowKeyPurpose;
  /** DER. */
  certificate: Uint8Array;
  /** PKCS#8. */
  privateKeySealed: string;
};

const columns = (db: Db) => db`id, device_id, purpose, certificate, private_key_sealed`;

/** Adds a key pair with an id from `nextId`. */
export async function insertEscrowKey(
  db: Db,
  row: EscrowKeyRow & { enrollmentId: EnrollmentId },
  now: Date,
): Promise<void> {
  await db`insert into filevault_escrow_keys ${db({ ...row, createdAt: now })}`;
}

/** Returns the newest key pair of an enrollment's profile. */
export async function findProfileKey(
  db: Db,
  deviceId: DeviceId,
  enrollmentId: EnrollmentId,
): Promise<EscrowKeyRow | undefined> {
  const [row] = await db<EscrowKeyRow[]>`
    select ${columns(db)} from filevault_escrow_keys
    where device_id = ${deviceId} and enrollment_id = ${enrollmentId} and purpose = 'escrow' order by id desc limit 1`;
  return row;
}

/** Returns the key pair for the answer to a rotation: its own, or one that no rotation has used, which becomes its own. */
export async function takeReplyKey(
  db: Db,
  deviceId: DeviceId,
  enrollmentId: EnrollmentId,
  commandUuid: string,
): Promise<EscrowKeyRow | undefined> {
  const [row] = await db<EscrowKeyRow[]>`
    update filevault_escrow_keys set command_uuid = ${commandUuid}
    where id = (
      select id from filevault_escrow_keys
      where device_id = ${deviceId} and enrollment_id = ${enrollmentId} and purpose = 'reply'
        and (command_uuid = ${commandUuid} or command_uuid is null)
      order by command_uuid nulls last, id limit 1)
    returning ${columns(db)}`;
  return row;
}

/** Returns the key pairs of a device, of all its enrollments, the newest first. */
export async function findEscrowKeys(db: Db, deviceId: DeviceId, limit: number): Promise<EscrowKeyRow[]> {
  return await db<EscrowKeyRow[]>`
    select ${columns(db)} from filevault_escrow_keys where device_id = ${deviceId} order by id desc limit ${limit}`;
}

/** Deletes the key pair of a rotation, whose answer was opened and escrowed. */
export async function deleteReplyKey(db: Db, deviceId: DeviceId, commandUuid: string): Promise<void> {
  await db`
    delete from filevault_escrow_keys
    where device_id = ${deviceId} and purpose = 'reply' and command_uuid = ${commandUuid}`;
}
