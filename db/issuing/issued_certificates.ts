/**
 * Certificates that the built-in authority issued.
 *
 * @module
 */

import type { EnrollmentId } from "../ids.ts";
import type { Db } from "../open.ts";

/** A certificate that the built-in authority issued. */
export type IssuedRow = {
  fingerprint: string;
  sessionId: number;
  spkiFingerprint: string;
  challengeHash: Uint8Array | null;
  certificate: Uint8Array;
  notAfter: Date;
  /** When an operator declared it worthless. */
  discardedAt: Date | null;
  createdAt: Date;
};

const COLUMNS = (db: Db) =>
  db`i.fingerprint, i.session_id, i.spki_fingerprint, i.challenge_hash, i.certificate, i.not_after, i.discarded_at,
    i.created_at`;

/** Returns the certificates issued to a session so far. */
export async function findIssued(db: Db, sessionId: number): Promise<IssuedRow[]> {
  return await db<IssuedRow[]>`
    select ${COLUMNS(db)} from issued_certificates i where session_id = ${sessionId}`;
}

/** Returns the record of a certificate of ours. */
export async function findIssuedCertificate(db: Db, fingerprint: string): Promise<IssuedRow | undefined> {
  const [row] = await db<IssuedRow[]>`
    select ${COLUMNS(db)} from issued_certificates i where fingerprint = ${fingerprint}`;
  return row;
}

/** Stores an issued certificate. */
export async function insertIssued(
  db: Db,
  row: Omit<IssuedRow, "discardedAt" | "createdAt"> & { authorityId: number },
  now: Date,
): Promise<void> {
  await db`
    insert into issued_certificates (fingerprint, authority_id, session_id, spki_fingerprint, challenge_hash, certificate,
      not_after, created_at)
    values (${row.fingerprint}, ${row.authorityId}, ${row.sessionId}, ${row.spkiFingerprint}, ${row.challengeHash},
      ${row.certificate}, ${row.notAfter}, ${now})`;
}

/**
 * Returns the certificates that were issued to follow the identity of an enrollment and that may still do so, unused;
 * the first first.
 */
export async function findOutstandingSuccessors(db: Db, enrollmentId: EnrollmentId, now: Date): Promise<IssuedRow[]> {
  return await db<IssuedRow[]>`
    select ${COLUMNS(db)} from issued_certificates i join enrollment_sessions s on s.id = i.session_id
    where s.enrollment_id = ${enrollmentId} and (i.challenge_hash is null or s.kind = 'RE') and i.discarded_at is null
      and i.not_after > ${now} and (i.challenge_hash is null or s.expires_at > ${now})
      and not exists (select 1 from enrollment_identities e where e.fingerprint = i.fingerprint)
      and case when i.challenge_hash is null then i.created_at else s.created_at end >= coalesce(
        (select max(e.created_at) from enrollment_identities e
          where e.enrollment_id = ${enrollmentId} and e.retired_at is null), '-infinity')
    order by i.created_at, i.fingerprint`;
}

/** Discards certificates. Returns the number of those not discarded yet. */
export async function discardIssued(db: Db, fingerprints: readonly string[], now: Date): Promise<number> {
  const { count } = await db`
    update issued_certificates set discarded_at = ${now}
    where fingerprint = any(${[...fingerprints]}::text[]) and discarded_at is null`;
  return count;
}
