/**
 * Return to Service: the enrollment profile that a device gets with the command that erases it, and enrolls again with.
 *
 * The command travels to that device alone, signed for by its identity, so that the profile is as good a proof of the hardware as
 * there is. It works for a day, for this serial number and UDID.
 *
 * @module
 */

import { findSession } from "../../db/enrollment/enrollment_sessions.ts";
import { findChannelIdentity } from "../../db/enrollment/identities.ts";
import type { ChannelId } from "../../db/ids.ts";
import type { Tx } from "../../db/open.ts";
import { signProfile } from "../issuing/profile_signer.ts";
import type { Runtime } from "../runtime.ts";
import { configurationOf, enrollmentIdsOf } from "./enrollment_configuration.ts";
import { mdmProfile } from "./mdm_profile.ts";
import { openSession, SESSION_HOURS } from "./sessions.ts";

/** Returns the signed profile with which the device of a channel enrolls again; opens its session. */
export async function returnProfile(
  tx: Tx,
  runtime: Runtime,
  channelId: ChannelId,
): Promise<Uint8Array<ArrayBuffer>> {
  const enrolled = await findChannelIdentity(tx, channelId);
  const current = enrolled === undefined ? undefined : await findSession(tx, enrolled.sessionId);
  const enrollment = current === undefined ? undefined : await configurationOf(tx, current);
  if (enrolled === undefined || current === undefined || enrollment === undefined) {
    throw new Error("Cannot return a device to service: its enrollment no longer exists");
  }
  const { serialNumber, udid } = enrolled;
  const session = await openSession(tx, runtime, {
    kind: enrollment.kind,
    status: enrollment.kind === "DEP" ? "STARTED" : "PHASE_3",
    ...enrollmentIdsOf(enrollment),
    metaBusinessUnitId: current.metaBusinessUnitId,
    serialNumber,
    udid,
    enrollmentId: null,
    hardwareEvidence: "return to service",
    factoryKey: null,
  }, SESSION_HOURS.phase);
  return await signProfile(runtime, await mdmProfile(tx, runtime, enrollment, session, { serialNumber }));
}
