/**
 * The input for a device of a virtual server, for the API and for the pages.
 *
 * @module
 */

import { z } from "zod";
import { pkField } from "../input_fields.ts";

/** The fields of a device that an operator may change. Others are Apple's, and are ignored. */
export const depDeviceInput = z.object({ enrollment: pkField });

/** The enrollment of several devices. */
export const depDevicesInput = z.object({
  devices: z.array(pkField).min(1, { error: "Select at least one device." }).max(500),
  enrollment: pkField,
});
