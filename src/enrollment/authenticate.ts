/**
 * Authenticate: the first message of an enrollment, and of a renewal by profile.
 *
 * @module
 */

import { useMessages } from "../../db/ade/messages.ts";
import { type HardwareFacts, insertDevice, lockHardware, updateDeviceIds } from "../../db/devices/hardware.ts";
import { lockLiveClaim, useClaim } from "../../db/enrollment/enrollment_claims.ts";
import { type SessionRow, updateSession } from "../../db/enrollment/enrollment_sessions.ts";
import { addSecretTags, tagsOfSecret } from "../../db/enrollment/enrollment_tags.ts";
import { endEnrollment, insertEnrollment } from "../../db/enrollment/enrollments.ts";
import { findPinned, pinIdentity } from "../../db/enrollment/identities.ts";
import type { DeviceId, EnrollmentId } from "../../db/ids.ts";
import type { Tx } from "../../db/open.ts";
import { type Problem, problem } from "../errors.ts";
import type { Caller } from "../events/by.ts";
import { type NewEvent, recordEvents } from "../events/record.ts";
import { AlertingProblem } from "../identity/alert.ts";
import type { Certificate } from "../pki/certificate.ts";
import type { Authenticate } from "../protocol/checkin.ts";
import { platformOfModel } from "../protocol/platform.ts";
import type { Runtime } from "../runtime.ts";
import { claimSession } from "./claim_session.ts";
import {
  configurationOf,
  type EnrollmentConfiguration,
  enrollmentIdsOf,
  enrollmentPayload,
} from "./enrollment_configuration.ts";
import { type HardwareEvidence, judgeHardware, sameId } from "./hardware.ts";
import { keepClaim } from "./hardware_claims.ts";
import { bindRenewal } from "./renewal.ts";
import { isSecretRevoked } from "./secrets.ts";

const refuse = (reason: string) => problem("device-not-identified", undefined, { reason });
const LONGEST_SERIAL = 255;
/** The maximum length of a device's name and model in a claim. */
const LONGEST_NAME = 256;
const blocked = () => problem("device-blocked", undefined, { reason: "Device blocked" });

/**
 * Begins an enrollment, or continues one that is renewed. Throws Problem. A refusal that records a claim is returned
 * instead of thrown: commit, then throw it.
 */
export async function authenticate(
  tx: Tx,
  runtime: Runtime,
  by: Caller,
  sender: Certificate,
  message: Authenticate,
): Promise<Problem | null> {
  const udid = message.ids.deviceKey;
  const known = await findPinned(tx, sender.fingerprint);
  if (known !== undefined) {
    // The attack: a copied identity on other hardware. The same device repeating itself lost our answer.
    if (known.udid !== udid) {
      const alert = { kind: "cloned identity", owner: known, fingerprint: sender.fingerprint } as const;
      throw new AlertingProblem("UDID mismatch: cloned identity", alert);
    }
    if (known.suspended) throw problem("device-deleted", undefined, { reason: "Device deleted" });
    if (known.endedAt !== null) throw refuse("the enrollment of this certificate has ended");
    if (known.blockedAt !== null) throw blocked();
    return null;
  }
  const claim = await claimSession(tx, runtime, sender);
  const { session } = claim;
  const record = (event: Pick<NewEvent, "serialNumber" | "objects"> & { payload: Record<string, unknown> }) =>
    recordEvents(tx, runtime, by, [{
      type: "mdm_request",
      tags: ["heartbeat"],
      ...event,
      payload: {
        status: "success",
        view_name: "checkin",
        message_type: "Authenticate",
        udid,
        enrollment_session: { pk: session.id, type: session.kind, status: "AUTHENTICATED" },
        ...event.payload,
      },
    }]);
  if (claim.renewal) {
    const enrolled = await bindRenewal(tx, runtime, sender, claim, udid);
    if (enrolled.blockedAt !== null) throw blocked();
    await record({
      serialNumber: enrolled.serialNumber,
      objects: { device: [enrolled.deviceId] },
      payload: { new_enrolled_device: false, reenrollment: true },
    });
    return null;
  }
  const said = message.serialNumber ?? message.ids.enrollmentId ?? session.serialNumber ?? "";
  // Apple's have 8 to 14 characters; it is a key of ours, like the UDID.
  if (said.length > LONGEST_SERIAL) throw refuse(`the serial number has ${said.length} characters`);
  const now = runtime.clock.now();
  const enrollment = await enrollmentOf(tx, session, message, said);
  // The attack: a profile, or a certificate obtained with it, is kept until the enrollment has been revoked.
  if (await isSecretRevoked(tx, enrollment.enrollmentSecretId, now)) throw refuse("the enrollment was revoked");
  const facts = await lockHardware(tx, udid, said);
  const serialNumber = facts.device?.serialNumber || said;
  const live = await lockLiveClaim(tx, enrollmentIdsOf(enrollment), udid, said, now);
  // The same, until the session is over; an operator's confirmation is for a session that waited.
  if (session.expiresAt <= now && live?.state !== "confirmed") throw refuse("the enrollment session has expired");
  const evidence = evidenceOf(session, enrollment, live?.state === "confirmed");
  const verdict = judgeHardware(facts, said, evidence);
  if (verdict.kind === "blocked") throw blocked();
  if (verdict.kind === "claim") {
    await keepClaim(tx, runtime, by, {
      ...enrollmentIdsOf(enrollment),
      sessionId: session.id,
      udid,
      serialNumber: said,
      reason: verdict.reason,
      deviceId: facts.device?.id ?? facts.others[0]?.id ?? null,
      fingerprint: sender.fingerprint,
      hardwareEvidence: session.hardwareEvidence,
      deviceName: (message.deviceName ?? "").slice(0, LONGEST_NAME),
      model: (message.productName ?? message.model ?? "").slice(0, LONGEST_NAME),
      ip: by.request.ip,
    });
    return problem("device-claim", undefined, { reason: `Hardware claimed: ${verdict.reason}` });
  }
  if (live !== undefined) await useClaim(tx, live.id);
  const { deviceId, ended } = await takeHardware(tx, facts, udid, serialNumber, now);
  const enrollmentId = await begin(tx, runtime, { message, session, enrollment, deviceId, proven: verdict.proven });
  await pinIdentity(tx, sender.fingerprint, enrollmentId, sender.notAfter, now);
  if (session.kind === "DEP" && session.factoryKey !== null) {
    // The attack: the message that opened this session, or an earlier one of the device, is sent once more.
    await useMessages(tx, { factoryKey: session.factoryKey, serialNumber }, session.id, now);
  }
  await updateSession(tx, session.id, { status: "AUTHENTICATED", serialNumber, udid, enrollmentId }, now);
  // Tags on hardware stay there, so an unproven claim of it adds none.
  if (verdict.proven && serialNumber !== "") await addSecretTags(tx, enrollment.enrollmentSecretId, serialNumber, now);
  await record({
    serialNumber,
    objects: { device: [deviceId] },
    payload: {
      new_enrolled_device: !ended,
      reenrollment: false,
      hardware: { proven: verdict.proven, evidence },
      ...enrollmentPayload(enrollment),
    },
  });
  return null;
}

/** Returns the enrollment of a session that this message may begin. Throws `device-not-identified`. */
async function enrollmentOf(
  tx: Tx,
  session: SessionRow,
  message: Authenticate,
  serialNumber: string,
): Promise<EnrollmentConfiguration> {
  const differs = (limit: string | null, value: string) => limit !== null && !sameId(limit, value);
  if (differs(session.serialNumber, serialNumber)) throw refuse("serial number mismatch with the enrollment session");
  if (differs(session.udid, message.ids.deviceKey)) throw refuse("UDID mismatch with the enrollment session");
  if (session.status !== "PHASE_3" && session.status !== "STARTED") {
    throw refuse(`the enrollment session is ${session.status}, it should be PHASE_3 or STARTED`);
  }
  const enrollment = await configurationOf(tx, session);
  if (enrollment === undefined || enrollment.topic !== message.topic) throw refuse("unknown topic");
  return enrollment;
}

/** Returns the strongest proof of a device's hardware. */
function evidenceOf(session: SessionRow, enrollment: EnrollmentConfiguration, confirmed: boolean): HardwareEvidence {
  if (confirmed) return "confirmation";
  if (enrollment.reenrollmentWithoutConfirmation) return "setting";
  return session.hardwareEvidence ?? "word";
}

/** Returns the device of the hardware, whose enrollments end. */
async function takeHardware(
  tx: Tx,
  { device, others }: HardwareFacts,
  udid: string,
  serialNumber: string,
  now: Date,
): Promise<{ deviceId: DeviceId; ended: boolean }> {
  const deviceId = device?.id ?? await insertDevice(tx, udid, serialNumber, now);
  if (device !== undefined) await updateDeviceIds(tx, device.id, udid, serialNumber, now);
  let ended = false;
  for (const id of [deviceId, ...others.map((other) => other.id)].sort((one, other) => one - other)) {
    if (await endEnrollment(tx, id, now) !== undefined) ended = true;
  }
  return { deviceId, ended };
}

async function begin(
  tx: Tx,
  runtime: Pick<Runtime, "clock">,
  { message, session, enrollment, deviceId, proven }: {
    message: Authenticate;
    session: SessionRow;
    enrollment: EnrollmentConfiguration;
    deviceId: DeviceId;
    proven: boolean;
  },
): Promise<EnrollmentId> {
  const model = message.productName ?? message.model ?? "";
  const { setup } = enrollment;
  const platform = message.osVersion === undefined ? null : platformOfModel(model, message.osVersion);
  const now = runtime.clock.now();
  const awaits = setup?.awaitsConfiguration ?? false;
  return await insertEnrollment(tx, {
    deviceId,
    sessionId: session.id,
    pushCertificateId: enrollment.pushCertificateId,
    name: message.deviceName ?? "",
    model,
    platform,
    osVersion: message.osVersion ?? "",
    buildVersion: message.buildVersion ?? "",
    userEnrollment: message.ids.udid === undefined,
    depEnrollment: setup !== null,
    supervised: setup?.supervised ?? null,
    // A Mac that enrolls out of the box needs nobody's approval.
    userApproved: setup !== null && platform === "macOS" ? true : null,
    awaitingConfiguration: setup === null ? null : awaits,
    awaitingSince: awaits ? now : null,
    releaseDueAt: setup !== null && awaits ? releaseDueAt(now, setup.releaseAfterMinutes) : null,
    blueprintId: enrollment.blueprintId,
    hardwareProven: proven,
    ownTags: await tagsOfSecret(tx, enrollment.enrollmentSecretId),
  }, now);
}

const releaseDueAt = (now: Date, minutes: number) => new Date(now.getTime() + minutes * 60_000);
