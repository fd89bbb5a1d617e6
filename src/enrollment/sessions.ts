/**
 * Enrollment sessions: one use of an enrollment by one device. The session's secret is the identity's common name, its
 * challenge buys the certificate; both are kept only as hashes.
 *
 * @module
 */

import { insertSession, type OtaEnrollmentRow } from "../../db/enrollments.ts";
import type { Tx } from "../../db/open.ts";
import { randomText, type Runtime } from "../runtime.ts";

/** SHA-256 of a secret's text. */
export async function hashSecret(secret: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret)));
}

/** Days that a downloaded enrollment profile may wait for its device. */
const PROFILE_DAYS = 30;
/** The common name has at most 64 characters: `MDM$OTA$` and this. */
const SECRET_LENGTH = 56;

/** A new session with what its profile carries. */
export type OpenedSession = { id: number; commonName: string; challenge: string; organization: string };

/** Opens the session of a direct enrollment profile; serial number and UDID limit it to one device. */
export async function openDirectSession(
  tx: Tx,
  runtime: Runtime,
  enrollment: Pick<OtaEnrollmentRow, "id">,
  limits: { metaBusinessUnitId: number; serialNumber?: string | undefined; udid?: string | undefined },
): Promise<OpenedSession> {
  const secret = randomText(runtime.random, SECRET_LENGTH);
  const challenge = randomText(runtime.random, 40);
  const now = runtime.clock.now();
  const id = await insertSession(tx, {
    kind: "OTA",
    status: "PHASE_3",
    secretHash: await hashSecret(secret),
    challengeHash: await hashSecret(challenge),
    otaEnrollmentId: enrollment.id,
    metaBusinessUnitId: limits.metaBusinessUnitId,
    serialNumber: limits.serialNumber ?? null,
    udid: limits.udid ?? null,
    expiresAt: new Date(now.getTime() + PROFILE_DAYS * 86_400_000),
  }, now);
  return { id, commonName: `MDM$OTA$${secret}`, challenge, organization: `MBU$${limits.metaBusinessUnitId}` };
}
