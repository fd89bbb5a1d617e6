/**
 * The texts that operators send, as schemas.
 *
 * @module
 */

import { z } from "zod";
import { textFault } from "./writable.ts";

/** The characters that neither the database nor a property list can contain. */
function storable(text: string, context: z.RefinementCtx<string>): void {
  const message = textFault(text);
  if (message !== undefined) context.addIssue({ code: "custom", message });
}

/** Returns a required text, outer white space removed. */
export const textField = (longest: number) => z.string().trim().min(1).max(longest).superRefine(storable);

/** Returns a text that may be empty. */
export const blankableField = (longest: number) => z.string().trim().max(longest).superRefine(storable);

/** Returns a required text that is kept exactly as it was typed: a password, a token, an address. */
export const secretField = (longest: number) => z.string().min(1).max(longest).superRefine(storable);
