/**
 * Deleting and restoring devices by the API, for tests.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { deviceOf } from "./claims.ts";
import type { Fleet } from "./fleet.ts";

/** Deletes a device; returns its id. */
export async function deleted(fleet: Fleet, device: SimulatedDevice): Promise<number> {
  const { id } = await deviceOf(fleet, device);
  const { status, json } = await fleet.api("DELETE", `/api/mdm/devices/${id}/`);
  assert.equal(status, 204, JSON.stringify(json));
  return id;
}

/** Requests the restore of a device. */
export const restore = (fleet: Fleet, id: number) => fleet.api("POST", `/api/mdm/devices/${id}/restore/`);

/** A connect with nothing to report: the status. */
export async function idleStatus(device: SimulatedDevice): Promise<number> {
  const response = await device.put("https://mdm.example.com/public/mdm/connect/", {
    UDID: device.udid,
    Status: "Idle",
  });
  await response.body?.cancel();
  return response.status;
}
