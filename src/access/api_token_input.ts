/**
 * The input for an API token, for the API and for the pages.
 *
 * @module
 */

import { z } from "zod";
import { pkField, timeField } from "../input_fields.ts";
import { textField } from "../input_text.ts";

/** The fields of an API token. */
export const apiTokenFields = z.object({
  user: pkField.optional().describe("The user of the token. Default: the caller."),
  name: textField(256),
  expires_at: timeField.nullable().default(null),
});

/** An API token as an operator sends it; `userId` is undefined where it is for the operator. */
export const apiTokenInput = apiTokenFields.transform(({ user, name, expires_at }) => ({
  userId: user,
  name,
  expiresAt: expires_at,
}));
