/**
 * Renewal: a device gets a new identity before its old one ends. The old one stays valid until the new one was used.
 *
 * Two ways lead here: an enrollment profile sent as a command, with a session of its own (SPEC A.6), and a SCEP
 * RenewalReq signed with the old identity (RFC 8894 section 3.3.1.2).
 *
 * @module
 */

import { findSession, updateSession } from "../../db/enrollment_sessions.ts";
import { setSession } from "../../db/enrollments.ts";
import { findCurrentEnrollment, type IdentifiedRow, pinIdentity } from "../../db/identities.ts";
import { findOtaEnrollment } from "../../db/ota_enrollments.ts";
import type { Tx } from "../../db/open.ts";
import { problem } from "../errors.ts";
import type { Claim } from "../identity/claim.ts";
import type { Certificate } from "../pki/certificate.ts";
import type { Runtime } from "../runtime.ts";
import { mdmProfile, signProfile } from "./mdm_profile.ts";
import { openSession, SESSION_HOURS } from "./sessions.ts";

/** A signed enrollment profile that renews the identity of an enrollment; opens its session. */
export async function renewalProfile(
  tx: Tx,
  runtime: Runtime,
  enrolled: Pick<IdentifiedRow, "enrollmentId" | "sessionId" | "udid" | "serialNumber">,
): Promise<Uint8Array<ArrayBuffer>> {
  const current = await findSession(tx, enrolled.sessionId);
  const enrollment = current === undefined || current.otaEnrollmentId === null
    ? undefined
    : await findOtaEnrollment(tx, current.otaEnrollmentId);
  if (current === undefined || enrollment === undefined) {
    throw new Error(`Cannot renew: the enrollment of session ${enrolled.sessionId} is gone`);
  }
  const session = await openSession(tx, runtime, {
    kind: "RE",
    status: "STARTED",
    otaEnrollmentId: enrollment.id,
    metaBusinessUnitId: current.metaBusinessUnitId,
    serialNumber: enrolled.serialNumber,
    udid: enrolled.udid,
    enrollmentId: enrolled.enrollmentId,
  }, SESSION_HOURS.renewal);
  return await signProfile(
    runtime,
    await mdmProfile(tx, runtime, enrollment, session, { serialNumber: enrolled.serialNumber }),
  );
}

/** Pins a renewed identity at its first use. Throws `device-not-identified` when it is not for this device. */
export async function bindRenewal(
  tx: Tx,
  runtime: Runtime,
  sender: Certificate,
  { session }: Claim,
  udid: string,
): Promise<IdentifiedRow> {
  const refuse = (reason: string) => problem("device-not-identified", undefined, { reason });
  const enrolled = session.enrollmentId === null ? undefined : await findCurrentEnrollment(tx, session.enrollmentId);
  if (enrolled === undefined) throw refuse("the enrollment of this renewed certificate has ended");
  // The attack: a renewed identity is used by another device than the one it was renewed for.
  if (enrolled.udid !== udid) throw refuse("UDID mismatch: cloned identity");
  const now = runtime.clock.now();
  await pinIdentity(tx, sender.fingerprint, enrolled.enrollmentId, sender.notAfter, now);
  if (session.kind === "RE") {
    await updateSession(tx, session.id, { ...session, status: "AUTHENTICATED" }, now);
    await setSession(tx, enrolled.enrollmentId, session.id, now);
  }
  return { ...enrolled, sessionId: session.kind === "RE" ? session.id : enrolled.sessionId };
}
