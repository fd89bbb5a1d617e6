/**
 * The input for the tags of a device, for the API and for the pages.
 *
 * @module
 */

import { z } from "zod";
import { pkListField } from "../input_fields.ts";

/** The tags of a device as an operator sends them. */
export const deviceTagsInput = z.object({ tags: pkListField });
