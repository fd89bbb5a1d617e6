/**
 * Handwritten messages of declarative management, and the server's results.
 *
 * @module
 */

import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { idOf, made } from "./artifacts.ts";
import type { Fleet } from "./fleet.ts";

/** Returns the identifier of an artifact's declaration. */
export const identifier = (artifact: { id: string }) => `com.example.mdm.declaration.${artifact.id}`;

/** Returns the artifacts of a device as the API shows them. */
export const rowsOf = async (fleet: Fleet, device: SimulatedDevice) =>
  await made(fleet, "GET", `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/artifacts/`);

/** Sends a message of declarative management. Returns the HTTP status. */
export async function say(device: SimulatedDevice, endpoint: string, data?: unknown): Promise<number> {
  const response = await device.checkIn({
    MessageType: "DeclarativeManagement",
    Endpoint: endpoint,
    ...(data === undefined
      ? {}
      : { Data: new TextEncoder().encode(typeof data === "string" ? data : JSON.stringify(data)) }),
  });
  await response.body?.cancel();
  return response.status;
}

/** Returns a status report about configurations. */
export const about = (...configurations: Record<string, unknown>[]) => ({
  StatusItems: { management: { declarations: { activations: [], assets: [], configurations, management: [] } } },
  Errors: [],
});
