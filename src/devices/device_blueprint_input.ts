/**
 * The input for the blueprint of a device, for the API and for the pages.
 *
 * @module
 */

import { z } from "zod";
import { pkField } from "../input_fields.ts";

/** The blueprint of a device as an operator sends it; null is none. */
export const deviceBlueprintInput = z.object({ blueprint: pkField.nullable() });
