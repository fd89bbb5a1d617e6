/**
 * `/api/inventory/devices/{serial_number}/values/`: what `$CUSTOM.NAME` stands for on a device.
 *
 * @module
 */

import { z } from "zod";
import { findDeviceValues } from "../../db/variables/device_values.ts";
import { changeDeviceValues } from "../../src/devices/values.ts";
import { DEVICE_VALUE_LIMITS, deviceValuesView } from "../../src/variables/device_values.ts";
import { endpoint } from "./endpoint.ts";
import { serialNumberParam } from "./fields.ts";

const path = "/api/inventory/devices/{serial_number}/values/";
const params = z.object({ serial_number: serialNumberParam });
const values = z.record(z.string(), z.string());
const response = {
  status: 200,
  schema: z.object({
    serial_number: z.string(),
    values: values.describe("The open values by name."),
    secrets: z.array(z.string()).describe("The names of the values that are secrets. What they are is not answered."),
  }).meta({ id: "DeviceValues" }),
} as const;
const body = z.object({
  values: values.describe("Texts by name: a capital letter, then up to 63 of A-Z, 0-9 and _."),
  secrets: z.array(z.string()).max(DEVICE_VALUE_LIMITS.values).optional().describe(
    "The names of all values that are secrets. One that is not in `values` keeps the text that it has.",
  ),
}).meta({ id: "DeviceValuesRequest" });
const tag = "Inventory";

/** The endpoints of custom values. */
export const DEVICE_VALUE_ENDPOINTS = [
  endpoint({
    method: "GET",
    path,
    permission: "mdm.view_enrolleddevice",
    tag,
    summary: "Read the custom values of a device",
    params,
    response,
    handle: async ({ runtime, params }) => ({
      serial_number: params.serial_number,
      ...deviceValuesView(await findDeviceValues(runtime.sql, params.serial_number)),
    }),
  }),
  endpoint({
    method: "PUT",
    path,
    permission: "mdm.change_enrolleddevice",
    tag,
    summary: "Give a device exactly these custom values",
    description: "They may be set before the device enrolls. What was made with other values is installed again.\n\n" +
      "Secrets are sealed and never answered. With `secrets` the device has exactly the values that `values` and " +
      "`secrets` name: a stored secret that neither names is removed. Without it every stored secret that `values` does " +
      "not name is kept, stored ones stay as they are marked, and new names that look like secrets (words such as " +
      "PASSWORD, TOKEN, KEY or PIN between underscores) are marked. So an answer can be changed and sent back.",
    params,
    body,
    response,
    handle: async ({ runtime, by, params, body }) => ({
      serial_number: params.serial_number,
      ...await changeDeviceValues(runtime, by, params.serial_number, body),
    }),
  }),
];
