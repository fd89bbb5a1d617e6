/**
 * Devices that claim to be others: for tests of hardware identity.
 *
 * @module
 */

import assert from "node:assert/strict";
import { SimulatedDevice } from "../../simulators/device/device.ts";
import type { DeviceOptions } from "../../simulators/device/device_options.ts";
import { downloadDirectProfile } from "../../src/enrollment/ota_enrollments.ts";
import { testBy } from "../routes/api/support.ts";
import type { Fleet } from "./fleet.ts";

/** The ids of a device. */
export const idsOf = ({ udid, serialNumber }: SimulatedDevice) => ({ udid, serialNumber });

/** A profile of the fleet's enrollment, limited on request. */
export const profileFor = (
  fleet: Fleet,
  limits: { serialNumber?: string; udid?: string } = {},
  id = fleet.enrollmentId,
) => downloadDirectProfile(fleet.runtime, testBy, id, { signed: true, ...limits });

/** A device that tries to enroll as one with these ids, and is answered with `status` at Authenticate. */
export async function refusedAs(
  fleet: Fleet,
  ids: { udid?: string; serialNumber?: string },
  status: number,
  options: Partial<DeviceOptions> = {},
): Promise<SimulatedDevice> {
  const device = fleet.device({ ...options, ...ids });
  await assert.rejects(
    profileFor(fleet).then((profile) => device.enroll(profile)),
    new RegExp(`Authenticate was answered with ${status}`),
  );
  assert.equal(device.enrolled, false);
  return device;
}

/** The live claims. */
// deno-lint-ignore no-explicit-any
export async function claimsOf(fleet: Fleet): Promise<any[]> {
  return (await fleet.api("GET", "/api/mdm/enrollment_claims/")).json.results;
}

/** Confirms the only live claim; returns it. */
export async function confirmOnly(fleet: Fleet) {
  const [claim, ...more] = await claimsOf(fleet);
  assert.deepEqual(more, []);
  const { status, json } = await fleet.api("POST", `/api/mdm/enrollment_claims/${claim.id}/confirm/`);
  assert.equal(status, 200, JSON.stringify(json));
  return json;
}

/** A device as the API shows it. */
export const deviceOf = async (fleet: Fleet, device: SimulatedDevice) =>
  (await fleet.api("GET", `/api/mdm/devices/?udid=${device.udid}`)).json[0];
