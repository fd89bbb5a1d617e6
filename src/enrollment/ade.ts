/**
 * Automated Device Enrollment without a web view: the device posts its MachineInfo to the address in the profile that
 * Apple gave it, and is answered with the enrollment profile.
 *
 * Source: Apple, "Get the enrollment profile", and "MachineInfo"
 * (developer.apple.com/documentation/devicemanagement/machineinfo).
 *
 * @module
 */

import { setRequiredVersion } from "../../db/ade/messages.ts";
import { Problem } from "../errors.ts";
import type { Caller } from "../events/by.ts";
import { recordEvents } from "../events/record.ts";
import { recordRefusal } from "../events/refusals.ts";
import { signProfile } from "../issuing/profile_signer.ts";
import type { Runtime } from "../runtime.ts";
import { adeEvent, admit, gateOf, openAdeSession } from "./ade_admission.ts";
import { type Applicant, readApplicant, refuseApplicant } from "./ade_message.ts";
import type { RequiredOs } from "./os_gate.ts";

/** The answer: the profile, signed, or the version that the device has to update to. */
export type AdeAnswer =
  | { kind: "profile"; profile: Uint8Array<ArrayBuffer> }
  | { kind: "update"; details: RequiredOs };

/** Runs `work`, and records the refusal that it ends with. */
export async function recordingRefusals<Result>(
  runtime: Runtime,
  by: Caller,
  applicant: () => Pick<Applicant, "udid" | "serialNumber"> | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Problem && error.code === "enrollment-refused") {
      const { reason } = error.details;
      await recordRefusal(runtime.sql, runtime, by, adeEvent(applicant(), undefined, { status: "failure", reason }));
    }
    throw error;
  }
}

/** Answers a device's message. Throws `enrollment-refused` with the reason; its event is recorded. */
export async function answerAde(runtime: Runtime, by: Caller, secret: string, cms: Uint8Array): Promise<AdeAnswer> {
  let applicant: Applicant | undefined;
  return await recordingRefusals(runtime, by, () => applicant, async () => {
    const device = readApplicant(runtime, cms);
    applicant = device;
    const outcome = await runtime.sql.begin(async (tx) => {
      const admitted = await admit(tx, runtime, by, secret, device);
      if ("refusal" in admitted) return admitted;
      // The attack: the pages of an enrollment, which may hold terms to accept, are passed over.
      if (admitted.hasViews) return { refusal: "this DEP enrollment requires its web view" };
      const { enrollment } = admitted;
      const gate = await gateOf(tx, runtime, admitted, device.info);
      if (gate.kind === "update") {
        await setRequiredVersion(tx, device.digest, gate.details.OSVersion);
        await recordEvents(tx, runtime, by, [updateEvent(device, enrollment, gate.details)]);
        return { kind: "update" as const, details: gate.details };
      }
      const { sessionId, profile } = await openAdeSession(tx, runtime, by, admitted);
      await recordEvents(tx, runtime, by, [profileEvent(device, enrollment, sessionId, gate.note)]);
      return { kind: "profile" as const, profile };
    });
    if ("refusal" in outcome) throw refuseApplicant(outcome.refusal);
    if (outcome.kind === "update") return outcome;
    return { kind: "profile", profile: await signProfile(runtime, outcome.profile) };
  });
}

type Named = Parameters<typeof adeEvent>[1];
type Device = Pick<Applicant, "udid" | "serialNumber">;

/** Returns the event of a device that has to update. */
export const updateEvent = (device: Device & Pick<Applicant, "info">, enrollment: Named, details: RequiredOs) =>
  adeEvent(device, enrollment, {
    status: "warning",
    reason: `OS update to version ${details.OSVersion} required`,
    product: device.info.product,
    os_version: device.info.osVersion,
    version: device.info.buildVersion,
  });

/** Returns the event of a profile that a device got. */
export const profileEvent = (
  device: Device & { info: Pick<Applicant["info"], "product" | "osVersion" | "buildVersion"> },
  enrollment: Named,
  sessionId: number,
  note?: string,
) =>
  adeEvent(device, enrollment, {
    status: "success",
    product: device.info.product,
    os_version: device.info.osVersion,
    version: device.info.buildVersion,
    ...(note === undefined ? {} : { note }),
    enrollment_session: { pk: sessionId, type: "DEP", status: "STARTED" },
  });
