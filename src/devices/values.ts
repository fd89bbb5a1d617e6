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
import {
  type DeviceValuesInput,
  type DeviceValuesView,
  deviceValuesView,
  setDeviceValues,
} from "../variables/device_values.ts";

/** Gives the device with that serial number, enrolled or not, the values of `input`. Throws `invalid`. */
export async function changeDeviceValues(
  runtime: Runtime,
  request: RequestInfo,
  serialNumber: string,
  input: DeviceValuesInput,
): Promise<DeviceValuesView> {
  return await runtime.sql.begin(async (tx) => {
    const changed = await setDeviceValues(tx, runtime, request, serialNumber, input);
    const variables = changed.flatMap((name) => [
      `CUSTOM.${name}`,
      ...(name === "ASSET_TAG" ? ["ENROLLED_DEVICE.ASSET_TAG"] : []),
    ]);
    const now = runtime.clock.now();
    const stale = variables.length === 0 ? [] : await findWithVariables(tx, serialNumber, variables);
    await lockChannels(tx, stale.map(({ channelId }) => channelId));
    for (const { channelId, versionId } of stale) await forceTargetArtifact(tx, channelId, versionId, now);
    for (const channelId of new Set(stale.map((one) => one.channelId))) await wakeChannel(tx, channelId, now);
    return deviceValuesView(await findDeviceValues(tx, serialNumber));
  });
}
