/**
 * Renewal: a device gets a new identity before its old one ends. The old one stays valid until the new one was used.
 *
 * Two ways lead here: an enrollment profile sent as a command, with a session of its own, and a SCEP
 * RenewalReq signed with the old identity (RFC 8894 section 3.3.1.2).
 *
 * @module
 */

import { findSession, updateSession } from "../../db/enrollment/enrollment_sessions.ts";
import { setSession } from "../../db/enrollment/enrollments.ts";
import {
  findCurrentEnrollment,
  findIdentity,
  type IdentifiedRow,
  newestIdentityAt,
  pinIdentity,
} from "../../db/enrollment/identities.ts";
import { lastAlertAt } from "../../db/enrollment/identity_alerts.ts";
import type { Tx } from "../../db/open.ts";
import { type Problem, problem } from "../errors.ts";
import { AlertingProblem } from "../identity/alert.ts";
import { signProfile } from "../issuing/profile_signer.ts";
import type { Certificate } from "../pki/certificate.ts";
import type { Runtime } from "../runtime.ts";
import { type ClaimedSession, claimSession } from "./claim_session.ts";
import { configurationOf, enrollmentIdsOf } from "./enrollment_configuration.ts";
import { mdmProfile } from "./mdm_profile.ts";
import { openSession, SESSION_HOURS } from "./sessions.ts";

/** Returns a signed enrollment profile that renews the identity of an enrollment; opens its session. */
export async function renewalProfile(
  tx: Tx,
  runtime: Runtime,
  enrolled: Pick<IdentifiedRow, "enrollmentId" | "sessionId" | "udid" | "serialNumber">,
): Promise<Uint8Array<ArrayBuffer>> {
  const current = await findSession(tx, enrolled.sessionId);
  const enrollment = current === undefined ? undefined : await configurationOf(tx, current);
  if (current === undefined || enrollment === undefined) {
    throw new Error(`Cannot renew: the enrollment of session ${enrolled.sessionId} no longer exists`);
  }
  const session = await openSession(tx, runtime, {
    kind: "RE",
    status: "STARTED",
    ...enrollmentIdsOf(enrollment),
    metaBusinessUnitId: current.metaBusinessUnitId,
    serialNumber: enrolled.serialNumber,
    udid: enrolled.udid,
    enrollmentId: enrolled.enrollmentId,
    hardwareEvidence: null,
    factoryKey: null,
  }, SESSION_HOURS.renewal);
  return await signProfile(
    runtime,
    await mdmProfile(tx, runtime, enrollment, session, { serialNumber: enrolled.serialNumber }),
  );
}

const refuse = (reason: string) => problem("device-not-identified", undefined, { reason });

/** Returns the enrollment of a renewed identity, which is used for the first time. Throws `device-not-identified`. */
export async function bindRenewedIdentity(
  tx: Tx,
  runtime: Runtime,
  sender: Certificate,
  deviceKey: string,
): Promise<IdentifiedRow> {
  const claim = await claimSession(tx, runtime, sender);
  const known = await findIdentity(tx, sender.fingerprint);
  if (known === undefined && !claim.renewal) throw refuse("the device certificate is not pinned to an enrollment");
  return await bindRenewal(tx, runtime, sender, claim, deviceKey);
}

/** A message may cross the one that retired its identity; a later one is from another device with the same key. */
const CROSSING_MS = 10 * 60_000;

function retired(enrolled: IdentifiedRow, sender: Certificate, at: Date, now: Date): Problem {
  const reason = "the identity was retired: a newer one is in use";
  if (now.getTime() - at.getTime() < CROSSING_MS) return refuse(reason);
  return new AlertingProblem(reason, { kind: "retired identity", owner: enrolled, fingerprint: sender.fingerprint });
}

/** Pins a renewed identity at its first use. Throws `device-not-identified` when it is not for this device. */
export async function bindRenewal(
  tx: Tx,
  runtime: Runtime,
  sender: Certificate,
  { session, issued }: ClaimedSession,
  udid: string,
): Promise<IdentifiedRow> {
  const enrolled = session.enrollmentId === null ? undefined : await findCurrentEnrollment(tx, session.enrollmentId);
  if (enrolled === undefined) throw refuse("the enrollment of this renewed certificate has ended");
  // The attack: a renewed identity is used by another device than the one it was renewed for.
  if (enrolled.udid !== udid) throw refuse("UDID mismatch: cloned identity");
  const now = runtime.clock.now();
  const known = await findIdentity(tx, sender.fingerprint);
  if (known !== undefined) {
    if (known.retiredAt !== null) throw retired(enrolled, sender, known.retiredAt, now);
    // Another message of the same device was first.
    return enrolled;
  }
  if (issued !== undefined && issued.discardedAt !== null) throw refuse("an operator discarded this certificate");
  const bought = issued === undefined || issued.challengeHash !== null;
  // The installation of a renewal's profile begins with its certificate and ends with Authenticate.
  if (bought && session.status === "STARTED" && session.expiresAt <= now) throw refuse("the renewal has expired");
  // The attack: a successor obtained with a stolen key is kept until the device itself has another identity.
  const newest = await newestIdentityAt(tx, enrolled.enrollmentId);
  if (newest !== null && (bought ? session.createdAt : issued.createdAt) < newest) {
    throw refuse("a newer identity of the device is in use");
  }
  // Two wanted to be the successor, and one of them has no right to it: an operator decides whether it is this one.
  const disputed = await lastAlertAt(tx, enrolled.enrollmentId, "second successor");
  if (disputed !== undefined && (issued ?? session).createdAt <= disputed) {
    throw refuse("a second renewal was requested: an operator has to decide");
  }
  await pinIdentity(tx, sender.fingerprint, enrolled.enrollmentId, sender.notAfter, now);
  if (session.kind === "RE") {
    await updateSession(tx, session.id, { ...session, status: "AUTHENTICATED" }, now);
    await setSession(tx, enrolled.enrollmentId, session.id, now);
  }
  return { ...enrolled, sessionId: session.kind === "RE" ? session.id : enrolled.sessionId };
}
