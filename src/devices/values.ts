/**
 * Changes the custom values of a device; everything that contains the old ones is installed again.
 *
 * @module
 */

import { findDeviceValues } from "../../db/variables/device_values.ts";
import type { By } from "../events/by.ts";
import type { Runtime } from "../runtime.ts";
import {
  type DeviceValuesInput,
  type DeviceValuesView,
  deviceValuesView,
  setDeviceValues,
} from "../variables/device_values.ts";
import { redeliver } from "../variables/redeliver.ts";

/** Gives the device with that serial number, enrolled or not, the values of `input`. Throws `invalid`. */
export async function changeDeviceValues(
  runtime: Runtime,
  by: By,
  serialNumber: string,
  input: DeviceValuesInput,
): Promise<DeviceValuesView> {
  return await runtime.sql.begin(async (tx) => {
    const changed = await setDeviceValues(tx, runtime, by, serialNumber, input);
    const variables = changed.flatMap((name) => [
      `CUSTOM.${name}`,
      ...(name === "ASSET_TAG" ? ["ENROLLED_DEVICE.ASSET_TAG"] : []),
    ]);
    await redeliver(tx, runtime, { serialNumbers: [serialNumber] }, variables, "operator");
    return deviceValuesView(await findDeviceValues(tx, serialNumber));
  });
}
