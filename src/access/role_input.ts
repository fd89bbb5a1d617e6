/**
 * The input for a role, for the API and for the pages.
 *
 * @module
 */

import { z } from "zod";
import { textField } from "../input_text.ts";

/** A role as an operator sends it. */
export const roleInput = z.object({
  name: textField(150),
  permissions: z.array(z.string()).default([]).describe("Like mdm.view_enrolleddevice."),
});
