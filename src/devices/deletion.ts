/**
 * Deletes devices, and restores them.
 *
 * A deleted device stays enrolled: it is refused with 400, never with 401, and gets no content. Its UDID and its serial
 * number are free meanwhile. After it is restored, it continues with the same identity.
 *
 * @module
 */

import {
  findSuccessorOfHardware,
  lockForDeletion,
  markDeleted,
  unmarkDeleted,
} from "../../db/devices/device_deletion.ts";
import { type DeviceView, findDevice } from "../../db/devices/device_views.ts";
import type { DeviceId } from "../../db/ids.ts";
import type { Tx } from "../../db/open.ts";
import type { Authorised } from "../access/operator.ts";
import { passGate } from "../approvals/gate.ts";
import { problem, refused } from "../errors.ts";
import { type By, usernameOf } from "../events/by.ts";
import { recordAudit } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import { endOf } from "./actions.ts";
import { deviceRepresentation } from "./representation.ts";
import { restorableUntil } from "./state.ts";

const DELETED = "The device is already deleted.";

async function mustFind(tx: Tx, id: DeviceId): Promise<DeviceView> {
  const device = await findDevice(tx, id);
  if (device === undefined) throw problem("not-found");
  return device;
}

/**
 * Deletes a device until it is restored. Throws `not-found`, `refused` when it is deleted already, and what `passGate`
 * throws.
 */
export async function deleteDevice(runtime: Runtime, by: Authorised, id: DeviceId): Promise<void> {
  const device = await findDevice(runtime.sql, id);
  if (device === undefined) throw problem("not-found");
  if (device.deletedAt !== null) throw refused(DELETED);
  await passGate(runtime, by, endOf("delete", id, device.serialNumber));
  await markDeviceDeleted(runtime, by, id);
}

/** The same for somebody who may, without asking anyone. */
export async function markDeviceDeleted(runtime: Runtime, by: By, id: DeviceId): Promise<void> {
  const now = runtime.clock.now();
  await runtime.sql.begin(async (tx) => {
    const row = await lockForDeletion(tx, id);
    if (row === undefined) throw problem("not-found");
    if (row.deletedAt !== null) throw refused(DELETED);
    const before = await mustFind(tx, id);
    await markDeleted(tx, id, usernameOf(by), now);
    await recordAudit(tx, runtime, by, {
      action: "deleted",
      model: "mdm.enrolleddevice",
      pk: id,
      serialNumber: row.serialNumber,
      before: deviceRepresentation(before, runtime),
    });
  });
}

/**
 * Restores a deleted device; it continues as before. Throws `not-found`, or `refused` when it is not deleted, when its
 * time is over, or when its hardware now belongs to another device.
 */
export async function restoreDevice(runtime: Runtime, by: By, id: DeviceId): Promise<DeviceView> {
  const now = runtime.clock.now();
  return await runtime.sql.begin(async (tx) => {
    const row = await lockForDeletion(tx, id);
    if (row === undefined) throw problem("not-found");
    if (row.deletedAt === null) throw refused("The device is not deleted.");
    const until = restorableUntil(row.deletedAt, runtime.config);
    if (row.purgeBeganAt !== null || until <= now) {
      throw refused("The device can no longer be restored: its data has been removed.");
    }
    const taken = await findSuccessorOfHardware(tx, id, row);
    if (taken !== undefined) {
      throw refused(
        taken.has === "udid"
          ? `The device cannot be restored: its UDID belongs to the device with serial number ${taken.serialNumber} now.`
          : `The device cannot be restored: another device with serial number ${taken.serialNumber} is enrolled.`,
      );
    }
    const before = await mustFind(tx, id);
    await unmarkDeleted(tx, id, now);
    const after = await mustFind(tx, id);
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: "mdm.enrolleddevice",
      pk: id,
      serialNumber: row.serialNumber,
      before: deviceRepresentation(before, runtime),
      after: deviceRepresentation(after, runtime),
    });
    return after;
  });
}
