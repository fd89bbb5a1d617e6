/**
 * `/api/inventory/devices/{serial_number}/values/`: what `$CUSTOM.NAME` stands for on a device.
 *
 * @module
 */

import { z } from "zod";
import { findDeviceValues } from "../../db/device_values.ts";
import { changeDeviceValues } from "../../src/devices/values.ts";
import { endpoint } from "./endpoint.ts";
import { serialNumberParam } from "./fields.ts";

const path = "/api/inventory/devices/{serial_number}/values/";
const params = z.object({ serial_number: serialNumberParam });
const values = z.record(z.string(), z.string());
const response = { status: 200, schema: z.object({ serial_number: z.string(), values }) } as const;
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
      values: { ...await findDeviceValues(runtime.sql, params.serial_number) },
    }),
  }),
  endpoint({
    method: "PUT",
    path,
    permission: "mdm.change_enrolleddevice",
    tag,
    summary: "Give a device exactly these custom values",
    description: "They may be set before the device enrolls. What was made with other values is installed again.",
    params,
    body: z.object({ values }),
    response,
    handle: async ({ runtime, request, params, body }) => ({
      serial_number: params.serial_number,
      values: { ...await changeDeviceValues(runtime, request, params.serial_number, body.values) },
    }),
  }),
];
