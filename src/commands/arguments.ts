/**
 * The fields of arguments, with the sentences that API clients know.
 *
 * Promise: patterns are anchored at both ends, and every refusal has one of the sentences below.
 *
 * @module
 */

import { z } from "zod";
import { REQUIRED } from "../errors.ts";
import { foreignText } from "../foreign_text.ts";
import { textFault } from "../writable.ts";

const PATTERN = "This value does not match the required pattern.";

const requiredOr = (sentence: string) => ({
  error: (issue: { input?: unknown }) => issue.input === undefined ? REQUIRED : sentence,
});

/**
 * Returns a string; whether it may be left out is the caller's `.optional()`. It is stored in the database and sent as
 * a property list: a text that either cannot contain is refused here, not later.
 */
export const text = () =>
  z.string(requiredOr("Not a valid string.")).superRefine((value, context) => {
    const message = textFault(value);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  });

/** Returns a string of at most `max` characters. */
export const textUpTo = (max: number) => text().max(max, `Ensure this field has no more than ${max} characters.`);

/** Returns a string that matches the whole of `pattern`, which must be anchored. */
export const textLike = (pattern: RegExp) => text().regex(pattern, PATTERN);

/** Returns a boolean; "true" and 1 are not. */
export const flag = () => z.boolean(requiredOr("Must be a valid boolean."));

/** Returns one of a few texts. */
export const choice = <const Value extends string>(values: readonly Value[]) =>
  z.enum(values, {
    error: ({ input }) => input === undefined ? REQUIRED : `"${foreignText(String(input))}" is not a valid choice.`,
  });

/** Returns an integer from 0 to `max`. */
export const wholeUpTo = (max: number) =>
  z.int(requiredOr("A valid integer is required.")).min(0, "Ensure this value is greater than or equal to 0.")
    .max(max, `Ensure this value is less than or equal to ${max}.`);

/** The id of an object, in lower case. */
export const uuid = () =>
  text().toLowerCase().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "Must be a valid UUID.").meta({
    examples: ["9b2fd9a4-1f0f-4f7e-8f4e-0d5d4a1b2c3d"],
  });

/** Bytes as base64, not empty. */
export const bytes = () => text().min(1, REQUIRED).pipe(z.base64("Not valid base64."));

/** No arguments; whatever is sent is left out. */
export const nothing = () => z.object({});
