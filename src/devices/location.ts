/**
 * The location of a device in lost mode: kept sealed and apart from the answer, and shown once.
 *
 * The attack: a person who may read commands follows somebody's movements without a trace.
 *
 * @module
 */

import { forgetLocation, insertLocation, lockLocation } from "../../db/devices/device_locations.ts";
import type { DeviceId, EnrollmentId } from "../../db/ids.ts";
import { nextId } from "../../db/next_id.ts";
import type { Tx } from "../../db/open.ts";
import type { Authorised } from "../access/operator.ts";
import { passGate } from "../approvals/gate.ts";
import { problem } from "../errors.ts";
import { recordEvents } from "../events/record.ts";
import type { JsonObject } from "../protocol/plist_json.ts";
import type { Runtime } from "../runtime.ts";

const context = (id: number) => ({ table: "device_locations", column: "location_sealed", id });

/** Stores the location in a device's answer. */
export async function keepLocation(
  tx: Tx,
  runtime: Runtime,
  owner: { enrollmentId: EnrollmentId },
  { commandUuid, location }: { commandUuid: string; location: JsonObject },
): Promise<void> {
  const id = await nextId(tx, "device_locations");
  const locationSealed = await runtime.keys.seal(JSON.stringify(location), context(id));
  await insertLocation(tx, { id, enrollmentId: owner.enrollmentId, commandUuid, locationSealed }, runtime.clock.now());
}

/**
 * Returns the location that a command asked for, in Apple's keys, and forgets it; an event says who saw it. Throws
 * `not-found`, `refused` when it was shown before, and what `passGate` throws.
 */
export async function revealLocation(
  runtime: Runtime,
  by: Authorised,
  device: { id: DeviceId; serialNumber: string },
  commandUuid: string,
): Promise<{ location: JsonObject; at: Date }> {
  await passGate(runtime, by, {
    kind: "reveals",
    action: "reveal",
    name: "device_location",
    permissions: ["mdm.view_device_location"],
    device: { deviceId: device.id, serialNumber: device.serialNumber },
    input: { command: commandUuid },
  });
  return await runtime.sql.begin(async (tx) => {
    const row = await lockLocation(tx, device.id, commandUuid);
    if (row === undefined) throw problem("not-found");
    if (row.locationSealed === null) {
      throw problem("refused", "The location was shown before. Ask the device for its location again.");
    }
    const location: JsonObject = JSON.parse(await runtime.keys.openText(row.locationSealed, context(row.id)));
    await forgetLocation(tx, row.id, runtime.clock.now());
    await recordEvents(tx, runtime, by, [{
      type: "device_location_viewed",
      serialNumber: device.serialNumber,
      objects: { device: [device.id] },
      payload: { command: { request_type: "DeviceLocation", uuid: commandUuid } },
    }]);
    return { location, at: row.createdAt };
  });
}
