/**
 * Changes the custom values of a device; what was made with the old ones is installed again.
 *
 * @module
 */

import { wakeChannel } from "../../db/channel_plans.ts";
import { lockChannels } from "../../db/channels.ts";
import { findDeviceValues } from "../../db/device_values.ts";
import { findWithVariables, forceTargetArtifact } from "../../db/target_artifacts.ts";
import type { RequestInfo } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import { type DeviceValues, setDeviceValues } from "../variables/device_values.ts";

/** Makes `values` the custom values of the device with that serial number, enrolled or not. Throws `invalid`. */
export async function changeDeviceValues(
  runtime: Runtime,
  request: RequestInfo,
  serialNumber: string,
  values: DeviceValues,
): Promise<DeviceValues> {
  return await runtime.sql.begin(async (tx) => {
    const before = await findDeviceValues(tx, serialNumber, true);
    if (!await setDeviceValues(tx, runtime, request, serialNumber, values)) return before;
    const changed = [...new Set([...Object.keys(before), ...Object.keys(values)])]
      .filter((name) => before[name] !== values[name]);
    const variables = changed.flatMap((name) => [
      `CUSTOM.${name}`,
      ...(name === "ASSET_TAG" ? ["ENROLLED_DEVICE.ASSET_TAG"] : []),
    ]);
    const now = runtime.clock.now();
    const stale = await findWithVariables(tx, serialNumber, variables);
    await lockChannels(tx, stale.map(({ channelId }) => channelId));
    for (const { channelId, versionId } of stale) await forceTargetArtifact(tx, channelId, versionId, now);
    for (const channelId of new Set(stale.map((one) => one.channelId))) await wakeChannel(tx, channelId, now);
    return values;
  });
}
