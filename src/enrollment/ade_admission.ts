/**
 * Whether a device gets the profile of a DEP enrollment, and the session that it gets it with. The same for both ways:
 * the profile as the answer to the device's message, and the web view before it.
 *
 * @module
 */

import { findAssigned } from "../../db/ade/assigned.ts";
import { viewsOfDepEnrollment } from "../../db/ade/custom_views.ts";
import { type DepEnrollmentRow, findDepEnrollmentOfSecret } from "../../db/ade/dep_enrollments.ts";
import { countMessages, keepMessage, lockMessage, setMessageSession } from "../../db/ade/messages.ts";
import { isHardwareBlocked } from "../../db/devices/hardware.ts";
import type { EnrollmentSecretRow } from "../../db/enrollment/enrollment_secrets.ts";
import { findUnfinishedSession, type SessionRow } from "../../db/enrollment/enrollment_sessions.ts";
import type { Tx } from "../../db/open.ts";
import type { Caller } from "../events/by.ts";
import type { NewEvent } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import type { Applicant } from "./ade_message.ts";
import { mdmProfile } from "./mdm_profile.ts";
import { offeredReleases } from "../updates/select_release.ts";
import { listedReleases } from "../../db/updates/software_updates.ts";
import { osGate, type OsGateOutcome } from "./os_gate.ts";
import { countEnrollmentSecretUse, examineEnrollmentSecret } from "./secrets.ts";
import { openSession, reopenSession, SESSION_HOURS } from "./sessions.ts";

/** Messages of one device in a day, as long as it does not enroll. One that starts over each minute has some hundreds. */
const MOST_MESSAGES = 500;
const DAY_MS = 86_400_000;

/** What is known of a device's message beyond what it states: all but the facts of MachineInfo that were shown. */
export type Signer = Pick<Applicant, "udid" | "serialNumber" | "factoryKey" | "digest">;

/** A device that may have a profile. */
export type Admitted = {
  enrollment: DepEnrollmentRow;
  secret: EnrollmentSecretRow;
  signer: Signer;
  /** The session that the device has begun and not continued. */
  begun: SessionRow | undefined;
  /** Whether the enrollment has pages that the device shows first. */
  hasViews: boolean;
};

/** Refusals are values inside the transaction, so that the events about them stay. */
export type Refusal = { refusal: string };

/** Decides about a device. Everything that it depends on stays locked until the transaction ends. */
export async function admit(
  tx: Tx,
  runtime: Runtime,
  by: Caller,
  secret: string,
  signer: Signer,
): Promise<Admitted | Refusal> {
  const now = runtime.clock.now();
  const { udid, serialNumber, digest, factoryKey } = signer;
  if (await isHardwareBlocked(tx, udid, serialNumber)) return { refusal: "Device blocked" };
  const begunOf = (id: number) => findUnfinishedSession(tx, { kind: "DEP", id }, signer, now);
  const examined = await examineEnrollmentSecret(
    tx,
    runtime,
    by,
    { secret, udid, serialNumber },
    async (row) => {
      const enrollment = await findDepEnrollmentOfSecret(tx, row.id);
      return enrollment !== undefined && await begunOf(enrollment.id) !== undefined;
    },
  );
  if (!examined.ok) return { refusal: `secret verification failed: '${examined.reason}'` };
  const enrollment = await findDepEnrollmentOfSecret(tx, examined.secret.id);
  if (enrollment === undefined) return { refusal: "the secret does not belong to a DEP enrollment" };
  if (enrollment.topic === null) {
    return { refusal: "the push certificate of this enrollment has not been uploaded yet" };
  }
  const unassigned = await notAssigned(tx, enrollment.virtualServerId, serialNumber);
  if (unassigned !== null) return { refusal: unassigned };
  // Before the message, as Authenticate locks them.
  const begun = await begunOf(enrollment.id);
  const recent = await countMessages(tx, signer, new Date(now.getTime() - DAY_MS));
  const known = await lockMessage(tx, digest);
  if (known === undefined && recent >= MOST_MESSAGES) {
    return { refusal: `the device has sent ${recent} messages in a day without enrolling` };
  }
  await keepMessage(tx, { digest, depEnrollmentId: enrollment.id, factoryKey, serialNumber }, now);
  const message = known ?? await lockMessage(tx, digest);
  // The attack: a message that was overheard is sent to another enrollment, or after the device has enrolled.
  if (message === undefined || message.depEnrollmentId !== enrollment.id) {
    return { refusal: "replayed message: it was sent to another enrollment before" };
  }
  if (message.used) return { refusal: "replayed message: the device has enrolled since" };
  const hasViews = (await viewsOfDepEnrollment(tx, enrollment.id)).length > 0;
  return { enrollment, secret: examined.secret, signer, begun, hasViews };
}

/** Returns why a serial number is not assigned to a virtual server; null if it is. */
async function notAssigned(tx: Tx, virtualServerId: number, serialNumber: string): Promise<string | null> {
  const device = await findAssigned(tx, virtualServerId, serialNumber);
  const server = "the virtual server of this enrollment";
  if (device === undefined) return `the serial number is not assigned to ${server}`;
  if (device.disowned) return "the device was disowned";
  if (device.deleted) return `the device is no longer assigned to ${server}`;
  return null;
}

/** Returns whether a device has to update before it enrolls, to a release that Apple offers it. */
export async function gateOf(
  tx: Tx,
  { clock }: Pick<Runtime, "clock">,
  { enrollment }: Admitted,
  info: Applicant["info"],
): Promise<OsGateOutcome> {
  const limited = enrollment.iosMaxVersion !== "" || enrollment.macosMaxVersion !== "";
  const catalogue = limited ? await listedReleases(tx) : [];
  const device = {
    softwareUpdateDeviceId: info.softwareUpdateDeviceId ?? info.product ?? "",
    build: info.buildVersionExtra ?? info.buildVersion ?? "",
  };
  const offered = offeredReleases(catalogue, device, clock.now().toISOString().slice(0, 10));
  return osGate(info, enrollment, offered.map(({ extra, ...release }) => ({ ...release, supplemental: extra })));
}

/**
 * Returns the profile of a device with the session that it opens. A device that lost our answer asks again: one session,
 * not two, with new secrets, and one use of the enrollment's secret.
 */
export async function openAdeSession(
  tx: Tx,
  runtime: Runtime,
  by: Caller,
  { enrollment, secret, signer, begun }: Admitted,
): Promise<{ sessionId: number; profile: Uint8Array<ArrayBuffer> }> {
  const { udid, serialNumber, factoryKey, digest } = signer;
  if (begun === undefined) {
    await countEnrollmentSecretUse(tx, runtime, by, { secret: "", udid, serialNumber }, secret);
  }
  const session = begun === undefined
    ? await openSession(tx, runtime, {
      kind: "DEP",
      status: "STARTED",
      otaEnrollmentId: null,
      depEnrollmentId: enrollment.id,
      metaBusinessUnitId: secret.metaBusinessUnitId,
      serialNumber,
      udid,
      enrollmentId: null,
      hardwareEvidence: "device assignment",
      factoryKey,
    }, SESSION_HOURS.phase)
    : await reopenSession(tx, runtime, begun, "STARTED", SESSION_HOURS.phase);
  await setMessageSession(tx, digest, session.id);
  return { sessionId: session.id, profile: await mdmProfile(tx, runtime, enrollment, session, { serialNumber }) };
}

/** Returns the event of a device's request for a profile. */
export function adeEvent(
  signer: Pick<Signer, "udid" | "serialNumber"> | undefined,
  enrollment: Pick<DepEnrollmentRow, "id" | "name" | "uuid"> | undefined,
  payload: Record<string, unknown>,
): NewEvent {
  return {
    type: "dep_enrollment_request",
    serialNumber: signer?.serialNumber,
    tags: ["heartbeat"],
    ...(enrollment === undefined ? {} : { objects: { dep_enrollment: [enrollment.id] } }),
    payload: {
      ...payload,
      udid: signer?.udid,
      ...(enrollment === undefined
        ? {}
        : { dep_enrollment: { pk: enrollment.id, name: enrollment.name, uuid: enrollment.uuid } }),
    },
  };
}
