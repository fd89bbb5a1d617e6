/**
 * The input for the custom values of a device, for the API and for the pages.
 *
 * @module
 */

import { z } from "zod";
import { DEVICE_VALUE_LIMITS } from "./device_values.ts";

/** The values of a device as an operator sends them. */
export const deviceValuesInput = z.object({
  values: z.record(z.string(), z.string()).describe(
    "Texts by name: a capital letter, then up to 63 of A-Z, 0-9 and _.",
  ),
  secrets: z.array(z.string()).max(DEVICE_VALUE_LIMITS.values).optional().describe(
    "The names of all secret values. A secret that is not in `values` is unchanged.",
  ),
});
