/**
 * Content tokens: the file that Apple Business Manager and Apple School Manager give for a location (`.vpptoken`).
 *
 * @module
 */

import { createHash } from "node:crypto";
import { z } from "zod";
import { readAppleTime } from "../apple/content_answers.ts";
import { foreignText } from "../foreign_text.ts";
import { parseStrictJson, RefusedJsonError } from "../strict_json.ts";

/** A file that is no content token. Its message has no full stop. */
export class ContentTokenError extends Error {
  override readonly name = "ContentTokenError";
}

/** A content token. `text` is the bearer token: the whole file. */
export type ContentToken = { text: string; hash: string; organizationName: string; expiry: Date | undefined };

/** Apple's files have about 400 bytes. */
export const MOST_TOKEN_BYTES = 16 * 1024;

const schema = z.object({
  token: z.string().min(1),
  expDate: z.string().optional(),
  orgName: z.string().min(1).optional(),
});

/** Returns the content token in a file. Throws ContentTokenError. */
export function readContentToken(file: Uint8Array): ContentToken {
  const bad = () => new ContentTokenError("Not a valid server token");
  if (file.length === 0 || file.length > MOST_TOKEN_BYTES) throw bad();
  const text = new TextDecoder().decode(file).trim();
  // The bearer token is a header's value: nothing else may be in it.
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) throw bad();
  let parsed;
  try {
    parsed = schema.safeParse(parseStrictJson(Uint8Array.fromBase64(text), 4));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RefusedJsonError || error instanceof TypeError) throw bad();
    throw error;
  }
  if (!parsed.success) throw bad();
  const { orgName, expDate } = parsed.data;
  if (orgName === undefined) throw new ContentTokenError("Could not get organization name");
  return {
    text,
    hash: createHash("sha1").update(file).digest("hex"),
    organizationName: foreignText(orgName),
    expiry: readAppleTime(expDate),
  };
}
