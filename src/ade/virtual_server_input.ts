/**
 * The input for a virtual server, from the pages.
 *
 * @module
 */

import { z } from "zod";
import { pkField } from "../input_fields.ts";

/** The fields of a virtual server that an operator may change. */
export const virtualServerInput = z.object({ default_enrollment: pkField.nullable() });
