/**
 * The input for a meta business unit, for the API and for the pages.
 *
 * @module
 */

import { z } from "zod";
import { textField } from "../input_text.ts";

/** The fields of a unit. */
export const metaBusinessUnitFields = z.object({
  name: textField(256),
  api_enrollment_enabled: z.boolean().optional().describe(
    "Default for a new unit: false. If absent: unchanged. Cannot be disabled again.",
  ),
});

/** A unit as an operator sends it. */
export const metaBusinessUnitInput = metaBusinessUnitFields.transform(({ name, api_enrollment_enabled }) => ({
  name,
  ...(api_enrollment_enabled === undefined ? {} : { apiEnrollmentEnabled: api_enrollment_enabled }),
}));
