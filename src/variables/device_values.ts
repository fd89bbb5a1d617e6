/**
 * Custom values of devices: what `$CUSTOM.NAME` stands for. They belong to the hardware and may be set before it enrolls.
 *
 * @module
 */

import { findDeviceValues, replaceDeviceValues } from "../../db/device_values.ts";
import type { Db } from "../../db/open.ts";
import { invalid } from "../errors.ts";
import { recordAudit, type RequestInfo } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import { CUSTOM_NAME } from "./names.ts";
import { isWritable } from "./writable.ts";

/** Values that one device may have, and characters that one may have. */
export const DEVICE_VALUE_LIMITS = { values: 100, characters: 4096 } as const;

/** Values by name. */
export type DeviceValues = Readonly<Record<string, string>>;

function faultOf(name: string, value: string): string | undefined {
  if (!CUSTOM_NAME.test(name)) {
    return `"${name}" is no name of a value: it should be a capital letter, then up to 63 of A-Z, 0-9 and _`;
  }
  if (value.length > DEVICE_VALUE_LIMITS.characters) {
    return `The value of ${name} has ${value.length} characters, ${DEVICE_VALUE_LIMITS.characters} are accepted`;
  }
  if (!isWritable(value)) {
    return `The value of ${name} has characters that no text can hold`;
  }
  return undefined;
}

/**
 * Makes `values` the custom values of a device: others are removed. Records an audit entry when something changed, and
 * answers whether it did; making devices plan anew is the caller's.
 *
 * Throws `invalid` on `values`.
 */
export async function setDeviceValues(
  tx: Db,
  runtime: Pick<Runtime, "clock" | "random">,
  request: RequestInfo | undefined,
  serialNumber: string,
  values: DeviceValues,
): Promise<boolean> {
  const entries = Object.entries(values);
  const faults = entries.flatMap(([name, value]) => faultOf(name, value) ?? []);
  if (entries.length > DEVICE_VALUE_LIMITS.values) {
    faults.push(`There are ${entries.length} values, ${DEVICE_VALUE_LIMITS.values} are accepted`);
  }
  if (faults.length > 0) throw invalid({ values: faults });
  const before = await findDeviceValues(tx, serialNumber, true);
  const same = Object.keys(before).length === entries.length &&
    entries.every(([name, value]) => Object.hasOwn(before, name) && before[name] === value);
  if (same) return false;
  await replaceDeviceValues(tx, serialNumber, values, runtime.clock.now());
  await recordAudit(tx, runtime, request, {
    action: "updated",
    model: "mdm.devicevalues",
    pk: serialNumber,
    serialNumber,
    before,
    after: values,
  });
  return true;
}
