/**
 * The input for locations, for the API and for the pages.
 *
 * @module
 */

import { z } from "zod";
import { textField } from "../input_text.ts";
import { MOST_TOKEN_BYTES } from "./server_token.ts";

const fields = {
  server_token: textField(MOST_TOKEN_BYTES).describe("The content of Apple's file (.vpptoken)."),
  take_over: z.boolean().default(false).describe("Whether a location that another server manages is taken over."),
};

/** A content token of a new location. */
export const locationInput = z.object(fields);

/** A content token of a known location. */
export const locationTokenInput = z.object(fields);
