/**
 * JSON from operators, read so that nothing of it is lost without a word.
 *
 * @module
 */

import { jsonShape } from "./json_shape.ts";

/**
 * JSON that would not be stored as it was written, or that is nested too deep. The message is the end of a sentence.
 */
export class RefusedJsonError extends Error {
  override readonly name = "RefusedJsonError";
}

/** The limit of digits: the work grows with their square. */
const INTEGER = /^-?[0-9]{16,300}$/;

/**
 * The pattern of every text that may contain anything refused: the key, written out or with escapes, or many digits.
 */
const SUSPICIOUS = /__proto__|\\u|[0-9]{16}/;

/**
 * Returns the value of a JSON text, or of its bytes in UTF-8; a byte order mark in front is skipped.
 *
 * Throws SyntaxError, TypeError for bytes that are no text, and `RefusedJsonError` for more than `maxDepth` levels of arrays
 * and objects, for the key "__proto__", which readers of objects drop, and for an integer that no number holds exactly.
 */
export function parseStrictJson(from: string | Uint8Array, maxDepth: number): unknown {
  const bytes = typeof from === "string" ? new TextEncoder().encode(from) : from;
  // First of all: the reviver below is called by a recursion over the value.
  if (jsonShape(bytes).depth > maxDepth) throw new RefusedJsonError(`it is nested deeper than ${maxDepth} levels`);
  const text = typeof from === "string" ? from : new TextDecoder("utf-8", { fatal: true }).decode(from);
  const json = text.startsWith("\ufeff") ? text.slice(1) : text;
  if (!SUSPICIOUS.test(json)) return JSON.parse(json);
  return JSON.parse(json, keptWhole);
}

/**
 * Returns the reviver; `context` has the text of a number (https://github.com/tc39/proposal-json-parse-with-source).
 */
function keptWhole(key: string, value: unknown, context?: { source?: string }): unknown {
  if (key === "__proto__") throw new RefusedJsonError('the key "__proto__" is not accepted');
  const source = context?.source;
  if (typeof value !== "number" || source === undefined || !INTEGER.test(source)) return value;
  // A number that is written back as received is accepted, even if its digits round to a neighbor.
  if (String(value) === source || BigInt(source) === BigInt(value)) return value;
  throw new RefusedJsonError(`the number ${source.slice(0, 40)} is too large to be kept exactly`);
}
