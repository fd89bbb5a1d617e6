/**
 * The input for a user, for the API and for the pages.
 *
 * @module
 */

import { z } from "zod";
import { pkListField } from "../input_fields.ts";
import { blankableField, textField } from "../input_text.ts";

/** The fields of a user. */
export const userFields = z.object({
  username: textField(150),
  email: z.union([z.literal(""), z.email()], {
    error: (issue) =>
      issue.input === undefined || issue.input === null
        ? undefined
        : typeof issue.input === "string"
        ? "Enter a valid email address."
        : "Not a valid string.",
  }).default(""),
  full_name: blankableField(150).default(""),
  is_active: z.boolean().default(true),
  is_superuser: z.boolean().default(false),
  is_service_account: z.boolean().default(false),
  roles: pkListField.default([]),
  password: z.string().optional().describe("At least 12 characters; never shown. If absent: unchanged."),
});

/** A user as an operator sends it. */
export const userInput = userFields.transform((body) => ({
  username: body.username,
  email: body.email,
  fullName: body.full_name,
  isActive: body.is_active,
  isSuperuser: body.is_superuser,
  isServiceAccount: body.is_service_account,
  roles: body.roles,
  password: body.password,
}));
