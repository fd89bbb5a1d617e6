/**
 * Certificates that the built-in authority issued.
 *
 * @module
 */

import type { Db } from "./open.ts";

/** A certificate that the built-in authority issued. */
export type IssuedRow = {
  fingerprint: string;
  sessionId: number;
  spkiFingerprint: string;
  challengeHash: Uint8Array | null;
  certificate: Uint8Array;
  notAfter: Date;
};

/** What a session was issued so far. */
export async function findIssued(db: Db, sessionId: number): Promise<IssuedRow[]> {
  return await db<IssuedRow[]>`
    select fingerprint, session_id, spki_fingerprint, challenge_hash, certificate, not_after
    from issued_certificates where session_id = ${sessionId}`;
}

/** The record of a certificate of ours. */
export async function findIssuedCertificate(db: Db, fingerprint: string): Promise<IssuedRow | undefined> {
  const [row] = await db<IssuedRow[]>`
    select fingerprint, session_id, spki_fingerprint, challenge_hash, certificate, not_after
    from issued_certificates where fingerprint = ${fingerprint}`;
  return row;
}

/** Keeps an issued certificate. */
export async function insertIssued(db: Db, row: IssuedRow & { authorityId: number }, now: Date): Promise<void> {
  await db`
    insert into issued_certificates (fingerprint, authority_id, session_id, spki_fingerprint, challenge_hash, certificate,
      not_after, created_at)
    values (${row.fingerprint}, ${row.authorityId}, ${row.sessionId}, ${row.spkiFingerprint}, ${row.challengeHash},
      ${row.certificate}, ${row.notAfter}, ${now})`;
}
