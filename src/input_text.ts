/**
 * The texts that operators send, as schemas.
 *
 * @module
 */

import { z } from "zod";

/** What the database keeps in no text, or keeps as another one. */
function storable(text: string, context: z.RefinementCtx<string>): void {
  if (text.includes("\0")) context.addIssue({ code: "custom", message: "Null characters are not allowed." });
  const half = text.match(/\p{Surrogate}/u)?.[0].charCodeAt(0).toString(16).toUpperCase();
  if (half !== undefined) {
    context.addIssue({ code: "custom", message: `Surrogate characters are not allowed: U+${half}.` });
  }
}

/** A required text, outer white space removed. */
export const textField = (longest: number) => z.string().trim().min(1).max(longest).superRefine(storable);

/** A text that may be empty. */
export const blankableField = (longest: number) => z.string().trim().max(longest).superRefine(storable);

/** A required text that is kept exactly as it was typed: a password, a token. */
export const secretField = (longest: number) => z.string().min(1).max(longest).superRefine(storable);
