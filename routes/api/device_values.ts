/**
 * `/api/inventory/devices/{serial_number}/values/`: the values of `$CUSTOM.NAME` on a device.
 *
 * @module
 */

import { z } from "zod";
import { findDeviceValues } from "../../db/variables/device_values.ts";
import { changeDeviceValues } from "../../src/devices/values.ts";
import { deviceValuesInput } from "../../src/variables/device_values_input.ts";
import { deviceValuesView } from "../../src/variables/device_values.ts";
import { endpoint } from "./endpoint.ts";
import { serialNumberParam } from "./fields.ts";

const path = "/api/inventory/devices/{serial_number}/values/";
const params = z.object({ serial_number: serialNumberParam });
const values = z.record(z.string(), z.string());
const response = {
  status: 200,
  schema: z.object({
    serial_number: z.string(),
    values: values.describe("The values by name, without secrets."),
    secrets: z.array(z.string()).describe("The names of secret values. The secrets themselves are never returned."),
  }).meta({ id: "DeviceValues" }),
} as const;
const body = deviceValuesInput.meta({ id: "DeviceValuesRequest" });
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
    summary: "Set the custom values of a device",
    description: "Values can be set before the device enrolls. Artifacts that use changed values are reinstalled.\n\n" +
      "Secrets are encrypted and never returned. With `secrets` the device has exactly the values that `values` and " +
      "`secrets` name: a stored secret that neither names is removed. Without it every stored secret that `values` does " +
      "not name is kept, stored values keep their mark, and new names that look like secrets (words such as " +
      "PASSWORD, TOKEN, KEY or PIN between underscores) are marked. So a response can be edited and sent back.",
    params,
    body,
    response,
    handle: async ({ runtime, by, params, body }) => ({
      serial_number: params.serial_number,
      ...await changeDeviceValues(runtime, by, params.serial_number, body),
    }),
  }),
];
