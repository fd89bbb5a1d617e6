/**
 * Records an operator's confirmation that a device is the hardware that it claims to be.
 *
 * @module
 */

import { discardPreparedLists } from "../../db/work/channel_plans.ts";
import { type DeviceView, findDevice } from "../../db/devices/device_views.ts";
import { proveHardware } from "../../db/devices/hardware.ts";
import type { DeviceId } from "../../db/ids.ts";
import { findDeviceValues } from "../../db/variables/device_values.ts";
import { lockChannelsOfDevice } from "../../db/work/channels.ts";
import { enqueueJob } from "../enqueue_job.ts";
import { problem, refused } from "../errors.ts";
import type { By } from "../events/by.ts";
import { recordAudit } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import { changeDeviceTags } from "../tags/device_tags.ts";
import { redeliver } from "../variables/redeliver.ts";
import { deviceRepresentation } from "./representation.ts";

/**
 * Gives the present enrollment of a device the tags and values of its hardware; the tags of its enrollment are added to
 * the hardware. Artifacts that were installed without the values are installed again. Throws `not-found`, or `refused`
 * when the device is not enrolled or its hardware is proven.
 */
export async function confirmHardware(runtime: Runtime, by: By, id: DeviceId): Promise<DeviceView> {
  const now = runtime.clock.now();
  return await runtime.sql.begin(async (tx) => {
    const before = await findDevice(tx, id);
    if (before === undefined) throw problem("not-found");
    const { serialNumber } = before;
    const names = (await findDeviceValues(tx, serialNumber)).map(({ name }) => name);
    const variables = [
      "ENROLLED_DEVICE.ASSET_TAG",
      "ENROLLED_DEVICE.TAGS",
      ...names.map((name) => `CUSTOM.${name}`),
    ];
    // Before the enrollment is written, as a conversation locks them.
    await lockChannelsOfDevice(tx, id);
    const proven = await proveHardware(tx, id, now);
    if (proven === undefined) throw refused("The device is not enrolled, or its hardware is already confirmed.");
    await redeliver(tx, runtime, { deviceId: id }, variables, "operator");
    if (serialNumber !== "") {
      await changeDeviceTags(tx, runtime, by, {
        action: "add",
        serialNumbers: [serialNumber],
        tagIds: proven.ownTags,
      });
    }
    await enqueueJob(tx, runtime, { kind: "replan", payload: { device_ids: [id] } });
    await discardPreparedLists(tx, { deviceId: id });
    const after = await findDevice(tx, id);
    if (after === undefined) throw problem("not-found");
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: "mdm.enrolleddevice",
      pk: id,
      serialNumber,
      before: deviceRepresentation(before, runtime),
      after: deviceRepresentation(after, runtime),
    });
    return after;
  });
}
