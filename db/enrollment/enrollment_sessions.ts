/**
 * Enrollment sessions: found by the hashes of the secrets that devices present.
 *
 * @module
 */

import type { EnrollmentId } from "../ids.ts";
import { type Db, one } from "../open.ts";

/**
 * An operator's profile for one serial number and UDID, or a message that an Apple device signed; one whose serial
 * number Apple has assigned to the enrollment's virtual server; a profile that the device got with the command that erased it.
 */
export type SessionEvidence = "limited profile" | "apple device" | "device assignment" | "return to service";

/** An enrollment session. */
export type SessionRow = {
  id: number;
  kind: "OTA" | "DEP" | "RE";
  status: "PHASE_2" | "PHASE_3" | "STARTED" | "AUTHENTICATED" | "COMPLETED";
  /** A session is of one enrollment, of one of the kinds. */
  otaEnrollmentId: number | null;
  depEnrollmentId: number | null;
  metaBusinessUnitId: number;
  serialNumber: string | null;
  udid: string | null;
  enrollmentId: EnrollmentId | null;
  /** Where serial number and UDID are from; null: from nowhere but the device's own word. */
  hardwareEvidence: SessionEvidence | null;
  /** SHA-256, in hex, of the public key of Apple's certificate that signed the message which began the session. */
  factoryKey: string | null;
  expiresAt: Date;
  createdAt: Date;
};

const SESSION = (db: Db) =>
  db`id, kind, status, ota_enrollment_id, dep_enrollment_id, meta_business_unit_id, serial_number, udid, enrollment_id,
    hardware_evidence, factory_key, expires_at, created_at`;

/** Adds a session; returns its id. */
export async function insertSession(
  db: Db,
  row: Omit<SessionRow, "id" | "createdAt"> & { secretHash: Uint8Array; challengeHash: Uint8Array },
  now: Date,
): Promise<number> {
  return one(
    await db<{ id: number }[]>`
      insert into enrollment_sessions (kind, status, secret_hash, challenge_hash, ota_enrollment_id, dep_enrollment_id,
        meta_business_unit_id, serial_number, udid, enrollment_id, hardware_evidence, factory_key, expires_at, created_at,
        updated_at)
      values (${row.kind}, ${row.status}, ${row.secretHash}, ${row.challengeHash}, ${row.otaEnrollmentId},
        ${row.depEnrollmentId}, ${row.metaBusinessUnitId}, ${row.serialNumber}, ${row.udid}, ${row.enrollmentId}, ${row.hardwareEvidence},
        ${row.factoryKey}, ${row.expiresAt}, ${now}, ${now})
      returning id`,
  ).id;
}

/** Returns the session of a hashed secret or challenge, locked until the transaction ends. */
export async function lockSession(
  db: Db,
  by: { secretHash: Uint8Array } | { challengeHash: Uint8Array },
): Promise<SessionRow | undefined> {
  const [row] = "secretHash" in by
    ? await db<SessionRow[]>`
        select ${SESSION(db)} from enrollment_sessions where secret_hash = ${by.secretHash} for update`
    : await db<SessionRow[]>`
        select ${SESSION(db)} from enrollment_sessions where challenge_hash = ${by.challengeHash} for update`;
  return row;
}

/** Returns a session by its id, locked. */
export async function lockSessionById(db: Db, id: number): Promise<SessionRow | undefined> {
  const [row] = await db<SessionRow[]>`select ${SESSION(db)} from enrollment_sessions where id = ${id} for update`;
  return row;
}

/** Returns the facts that a renewal carries over from the current session. */
export async function findSession(db: Db, id: number): Promise<SessionRow | undefined> {
  const [row] = await db<SessionRow[]>`select ${SESSION(db)} from enrollment_sessions where id = ${id}`;
  return row;
}

/** Moves a session on. */
export async function updateSession(
  db: Db,
  id: number,
  change: Pick<SessionRow, "status" | "serialNumber" | "udid" | "enrollmentId">,
  now: Date,
): Promise<void> {
  await db`
    update enrollment_sessions set status = ${change.status}, serial_number = ${change.serialNumber},
      udid = ${change.udid}, enrollment_id = ${change.enrollmentId}, updated_at = ${now}
    where id = ${id}`;
}

/**
 * Completes a session, and with it the earlier ones that led to it. The attack: the message of phase 3 is kept and sent again
 * after the device has enrolled.
 */
export async function completeSession(
  db: Db,
  id: number,
  of: { serialNumber: string; udid: string; enrollmentId: EnrollmentId },
  now: Date,
): Promise<void> {
  await db`
    with done as (
      update enrollment_sessions set status = 'COMPLETED', serial_number = ${of.serialNumber}, udid = ${of.udid},
        enrollment_id = ${of.enrollmentId}, updated_at = ${now}
      where id = ${id} returning id, kind, ota_enrollment_id, hardware_evidence, factory_key)
    update enrollment_sessions s set status = 'COMPLETED', updated_at = ${now}
    from done where done.kind = 'OTA' and s.kind = 'OTA' and s.ota_enrollment_id = done.ota_enrollment_id
      and s.status in ('PHASE_2', 'PHASE_3') and s.id < done.id
      -- The attack: whoever holds the profile ends the sessions of a device by saying that they are it, with another device
      -- of Apple's, too.
      and s.hardware_evidence is not distinct from done.hardware_evidence
      and s.factory_key is not distinct from done.factory_key
      and lower(s.udid) = lower(${of.udid}) and lower(s.serial_number) = lower(${of.serialNumber})`;
}

/** Gives a session new secrets: the device lost the ones that it was sent. The old ones become invalid. */
export async function renewSessionSecrets(
  db: Db,
  id: number,
  row: { status: SessionRow["status"]; secretHash: Uint8Array; challengeHash: Uint8Array; expiresAt: Date },
  now: Date,
): Promise<void> {
  await db`
    update enrollment_sessions set status = ${row.status}, secret_hash = ${row.secretHash},
      challenge_hash = ${row.challengeHash}, expires_at = ${row.expiresAt}, updated_at = ${now}
    where id = ${id}`;
}

/**
 * Returns the session of a device that has asked for its first profile with an enrollment and has not continued;
 * locked.
 *
 * The attack: another Apple device claims to be this one, and the session's secrets go to it instead of the device that
 * began it. So a session belongs to the key in the device's certificate.
 */
export async function findUnfinishedSession(
  db: Db,
  of: { kind: "OTA" | "DEP"; id: number },
  hardware: { serialNumber: string; udid: string; factoryKey: string },
  now: Date,
): Promise<SessionRow | undefined> {
  const begun = of.kind === "OTA"
    ? db`ota_enrollment_id = ${of.id} and kind = 'OTA' and status = 'PHASE_2'`
    : db`dep_enrollment_id = ${of.id} and kind = 'DEP' and status = 'STARTED'`;
  const [row] = await db<SessionRow[]>`
    select ${SESSION(db)} from enrollment_sessions
    where ${begun}
      and serial_number = ${hardware.serialNumber} and udid = ${hardware.udid}
      and factory_key = ${hardware.factoryKey} and expires_at > ${now}
    order by id desc limit 1 for update`;
  return row;
}

/** Whether a session with that secret is open. */
export async function isOpenSecret(db: Db, secretHash: Uint8Array, now: Date): Promise<boolean> {
  const rows = await db`select 1 from enrollment_sessions where secret_hash = ${secretHash} and expires_at > ${now}`;
  return rows.length > 0;
}
