/**
 * Enrollment sessions: one use of an enrollment by one device. The session's secret is the identity's common name, its
 * challenge is good for the certificate; both are stored only as hashes.
 *
 * @module
 */

import { insertSession, renewSessionSecrets, type SessionRow } from "../../db/enrollment/enrollment_sessions.ts";
import type { Tx } from "../../db/open.ts";
import { commonNameOf, hashSecret } from "../issuing/session_name.ts";
import { randomText, type Runtime } from "../runtime.ts";

/** The lifetime of a session in hours, by its origin: a downloaded profile may wait for its device, a phase may not. */
export const SESSION_HOURS = { direct: 30 * 24, phase: 24, renewal: 1 } as const;

/** The common name has at most 64 characters: the longest prefix, `MDM$OTA$` or `MDM$DEP$`, and this. */
const SECRET_LENGTH = 56;

/** A session with the secrets of its profile; they are stored nowhere else. */
export type OpenedSession = { id: number; commonName: string; challenge: string; organization: string };

async function newSecrets(runtime: Runtime, hours: number) {
  const secret = randomText(runtime.random, SECRET_LENGTH);
  const challenge = randomText(runtime.random, 40);
  return {
    secret,
    challenge,
    hashes: { secretHash: await hashSecret(secret), challengeHash: await hashSecret(challenge) },
    expiresAt: new Date(runtime.clock.now().getTime() + hours * 3_600_000),
  };
}

/** Opens a session; serial number and UDID limit it to one device. */
export async function openSession(
  tx: Tx,
  runtime: Runtime,
  session: Omit<SessionRow, "id" | "expiresAt" | "createdAt">,
  hours: number,
): Promise<OpenedSession> {
  const { secret, challenge, hashes, expiresAt } = await newSecrets(runtime, hours);
  const id = await insertSession(tx, { ...session, ...hashes, expiresAt }, runtime.clock.now());
  return {
    id,
    commonName: commonNameOf(session, secret),
    challenge,
    organization: `MBU$${session.metaBusinessUnitId}`,
  };
}

/** Moves a session to a status with new secrets, for its next profile or for one that was lost. */
export async function reopenSession(
  tx: Tx,
  runtime: Runtime,
  session: SessionRow,
  status: SessionRow["status"],
  hours: number,
): Promise<OpenedSession> {
  const { secret, challenge, hashes, expiresAt } = await newSecrets(runtime, hours);
  await renewSessionSecrets(tx, session.id, { status, ...hashes, expiresAt }, runtime.clock.now());
  return {
    id: session.id,
    commonName: commonNameOf({ kind: session.kind, status }, secret),
    challenge,
    organization: `MBU$${session.metaBusinessUnitId}`,
  };
}
