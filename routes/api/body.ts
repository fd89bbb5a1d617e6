/**
 * Reading JSON bodies.
 *
 * @module
 */

import { problem } from "../../src/errors.ts";
import { parseStrictJson, RefusedJsonError } from "../../src/strict_json.ts";
import type { ReadOptions, RequestBody } from "../body.ts";

/** Levels of lists and dictionaries; schemas of declarations have fewer than ten. */
const MAX_DEPTH = 200;

/**
 * Returns the value of a JSON body; an empty body is an empty object, so that its required fields are named.
 *
 * Throws `unsupported-media-type` for other content: besides clarity, a form of another site can not send JSON.
 */
export async function readJson(
  body: RequestBody,
  type: string,
  limit: number,
  options: ReadOptions = {},
): Promise<unknown> {
  const media = type.split(";")[0]?.trim().toLowerCase() ?? "";
  const bytes = await body.read(limit, options);
  if (bytes.length === 0) return {};
  if (media !== "application/json") {
    throw problem("unsupported-media-type", `Unsupported media type "${media.slice(0, 100)}" in request.`);
  }
  try {
    return parseStrictJson(bytes, MAX_DEPTH);
  } catch (error) {
    if (error instanceof RefusedJsonError) throw problem("invalid", `JSON parse error - ${error.message}`);
    const position = error instanceof SyntaxError ? /position (\d+)/.exec(error.message)?.[1] : undefined;
    const where = position === undefined ? "" : ` at character ${position}`;
    throw problem("invalid", `JSON parse error - the body is not valid JSON${where}`);
  }
}
