/**
 * Over-the-air enrollment: the device answers the Profile Service profile, first with the certificate that Apple gave it
 * (phase 2), then with one that we gave it for this (phase 3).
 *
 * Source: Apple, "Over-the-Air Profile Delivery and Configuration".
 *
 * @module
 */

import { isHardwareBlocked } from "../../db/devices/hardware.ts";
import { findUnfinishedSession } from "../../db/enrollment/enrollment_sessions.ts";
import {
  findOtaEnrollment,
  findOtaEnrollmentOfSecret,
  type OtaEnrollmentRow,
} from "../../db/enrollment/ota_enrollments.ts";
import type { Tx } from "../../db/open.ts";
import { Problem, problem } from "../errors.ts";
import type { Caller } from "../events/by.ts";
import { recordEvents } from "../events/record.ts";
import { recordRefusal } from "../events/refusals.ts";
import { signProfile } from "../issuing/profile_signer.ts";
import { verifyAppleDevice } from "../pki/apple.ts";
import { type Certificate, certificatesFromPem } from "../pki/certificate.ts";
import { openSigned } from "../pki/cms/signed.ts";
import { PkiError } from "../pki/errors.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { hardwareOf, type MachineInfo, parseMachineInfo } from "../protocol/machine_info.ts";
import { PlistError } from "../protocol/plist.ts";
import type { Runtime } from "../runtime.ts";
import { claimSession } from "./claim_session.ts";
import { mdmProfile, phase2Profile } from "./mdm_profile.ts";
import { isSecretRevoked, verifyEnrollmentSecret } from "./secrets.ts";
import { openSession, reopenSession, SESSION_HOURS } from "./sessions.ts";

const refuse = (reason: string, cause?: unknown) => problem("enrollment-refused", undefined, { reason }, cause);

/** A profile to answer with. */
export type OtaAnswer = { phase: 2 | 3; profile: Uint8Array<ArrayBuffer> };

type Hardware = { udid: string; serialNumber: string };
type Sender = { info: MachineInfo; hardware: Hardware; certificate: Certificate; others: readonly Certificate[] };
/** Refusals are values inside the transaction, so that the events about them stay. */
type Step = { enrollment: OtaEnrollmentRow; sessionId: number; phase: 2 | 3; profile: Uint8Array<ArrayBuffer> };

function readMessage(body: Uint8Array): Sender {
  try {
    const { content, signers, certificates } = openSigned(body);
    const [signer, ...more] = signers;
    // The attack: a second signature with a certificate that is trusted for another purpose.
    if (signer === undefined || more.length > 0) throw refuse(`the message has ${signers.length} signers, not one`);
    const info = parseMachineInfo(content);
    return { info, hardware: hardwareOf(info), certificate: signer.certificate, others: certificates };
  } catch (error) {
    if (error instanceof PkiError || error instanceof PlistError || error instanceof ProtocolError) {
      throw refuse(error.message, error);
    }
    throw error;
  }
}

function isAppleDevice(runtime: Runtime, { certificate, others }: Sender): boolean {
  const roots = runtime.config.DEVICE_TEST_ROOTS;
  try {
    verifyAppleDevice(certificate, others, {
      now: runtime.clock.now(),
      ...(roots === undefined ? {} : { extraRoots: certificatesFromPem(roots) }),
    });
    return true;
  } catch (error) {
    if (error instanceof PkiError) return false;
    throw error;
  }
}

/** Answers phase 2 or 3. Throws `enrollment-refused` or `device-not-identified` with the reason; its event is recorded. */
export async function answerOta(runtime: Runtime, by: Caller, body: Uint8Array): Promise<OtaAnswer> {
  let sender: Sender | undefined;
  try {
    const read = readMessage(body);
    sender = read;
    const apple = isAppleDevice(runtime, read);
    const step = await runtime.sql.begin(async (tx) => {
      if (await isHardwareBlocked(tx, read.hardware.udid, read.hardware.serialNumber)) throw refuse("Device blocked");
      const step = apple ? await phase2(tx, runtime, by, read) : await phase3(tx, runtime, read);
      if (!("refusal" in step)) await recordOta(tx, runtime, by, read, step);
      return step;
    });
    if ("refusal" in step) throw refuse(step.refusal);
    return { phase: step.phase, profile: await signProfile(runtime, step.profile) };
  } catch (error) {
    if (error instanceof Problem && error.details.reason !== undefined) {
      await recordRefusal(runtime.sql, runtime, by, {
        type: "ota_enrollment_request",
        serialNumber: sender?.hardware.serialNumber,
        tags: ["heartbeat"],
        payload: { status: "failure", reason: error.details.reason, udid: sender?.hardware.udid },
      });
    }
    throw error;
  }
}

async function phase2(
  tx: Tx,
  runtime: Runtime,
  by: Caller,
  { info, hardware, certificate }: Sender,
): Promise<Step | { refusal: string }> {
  if (info.challenge === undefined) return { refusal: "the message has no challenge" };
  const verified = await verifyEnrollmentSecret(tx, runtime, by, { secret: info.challenge, ...hardware });
  if (!verified.ok) return { refusal: verified.reason };
  const enrollment = await findOtaEnrollmentOfSecret(tx, verified.secret.id);
  if (enrollment === undefined) return { refusal: "the secret does not belong to an OTA enrollment" };
  const now = runtime.clock.now();
  // A device that lost our answer asks again: one session, not two.
  const factoryKey = certificate.spkiFingerprint;
  const begun = await findUnfinishedSession(tx, { kind: "OTA", id: enrollment.id }, { ...hardware, factoryKey }, now);
  const session = begun === undefined
    ? await openSession(tx, runtime, {
      kind: "OTA",
      status: "PHASE_2",
      otaEnrollmentId: enrollment.id,
      depEnrollmentId: null,
      metaBusinessUnitId: verified.secret.metaBusinessUnitId,
      ...hardware,
      enrollmentId: null,
      hardwareEvidence: "apple device",
      factoryKey,
    }, SESSION_HOURS.phase)
    : await reopenSession(tx, runtime, begun, "PHASE_2", SESSION_HOURS.phase);
  const profile = await phase2Profile(tx, runtime, enrollment, session, hardware);
  return { enrollment, sessionId: session.id, phase: 2, profile };
}

async function phase3(
  tx: Tx,
  runtime: Runtime,
  { certificate, hardware }: Sender,
): Promise<Step | { refusal: string }> {
  const { session } = await claimSession(tx, runtime, certificate, "phase 3");
  const differs = (one: string | null | undefined, other: string) => one?.toLowerCase() !== other.toLowerCase();
  if (differs(certificate.subject.serialNumber, hardware.serialNumber)) {
    return { refusal: "the serial number is not that of the certificate" };
  }
  // The attack: one device's phase 2 certificate enrolls another device.
  if (differs(session.serialNumber, hardware.serialNumber) || differs(session.udid, hardware.udid)) {
    return { refusal: "the device is not that of the enrollment session" };
  }
  if (session.status !== "PHASE_2") {
    return { refusal: `the enrollment session is ${session.status}, it should be PHASE_2` };
  }
  if (session.expiresAt <= runtime.clock.now()) return { refusal: "the enrollment session has expired" };
  const enrollment = session.otaEnrollmentId === null
    ? undefined
    : await findOtaEnrollment(tx, session.otaEnrollmentId);
  if (enrollment === undefined) return { refusal: "the enrollment of this session no longer exists" };
  if (await isSecretRevoked(tx, enrollment.enrollmentSecretId, runtime.clock.now())) {
    return { refusal: "the enrollment was revoked" };
  }
  // A separate session: this one keeps answering phase 3 while its answers get lost.
  const opened = await openSession(tx, runtime, {
    kind: "OTA",
    status: "PHASE_3",
    otaEnrollmentId: enrollment.id,
    depEnrollmentId: null,
    metaBusinessUnitId: session.metaBusinessUnitId,
    ...hardware,
    enrollmentId: null,
    hardwareEvidence: session.hardwareEvidence,
    factoryKey: session.factoryKey,
  }, SESSION_HOURS.phase);
  const profile = await mdmProfile(tx, runtime, enrollment, opened, hardware);
  return { enrollment, sessionId: opened.id, phase: 3, profile };
}

const recordOta = (tx: Tx, runtime: Runtime, by: Caller, { info, hardware }: Sender, step: Step) =>
  recordEvents(tx, runtime, by, [{
    type: "ota_enrollment_request",
    serialNumber: hardware.serialNumber,
    tags: ["heartbeat"],
    objects: { ota_enrollment: [step.enrollment.id] },
    payload: {
      status: "success",
      phase: step.phase,
      udid: hardware.udid,
      product: info.product,
      version: info.buildVersion,
      enrollment_session: { pk: step.sessionId, type: "OTA", status: `PHASE_${step.phase}` },
      ota_enrollment: { pk: step.enrollment.id, name: step.enrollment.name },
    },
  }]);
