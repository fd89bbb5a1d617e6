/**
 * The one limit of every text from outside.
 *
 * @module
 */

/** The size limit of a foreign text, in bytes of UTF-8. Apple's own are far shorter. */
export const FOREIGN_TEXT_BYTES = 1024;

/** The end of a truncated text. */
export const CUT = "…";

const CUT_BYTES = 3;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Returns a text of at most `limit` bytes in UTF-8: a longer one is cut between two characters and ends with "…". NUL
 * and lone surrogates, which no database accepts, become U+FFFD.
 *
 * The attack: a device has a name of 20 MB, which costs every reader. A truncated text keeps no reference to the
 * original. Never for what is compared or looked up: a key that is cut is another key, so one that is too long is
 * refused.
 */
export function foreignText(text: string, limit: number = FOREIGN_TEXT_BYTES): string {
  // No character of UTF-16 takes more than three bytes.
  if (text.length * 3 <= limit) return clean(text);
  // And each one at least: the rest is not read.
  const start = clean(text.length > limit ? text.slice(0, limit + 1) : text);
  const bytes = new Uint8Array(limit);
  if (encoder.encodeInto(start, bytes).read === start.length) return start;
  const { written } = encoder.encodeInto(start, bytes.subarray(0, limit - CUT_BYTES));
  return decoder.decode(bytes.subarray(0, written)) + CUT;
}

function clean(text: string): string {
  const whole = text.includes("\0") ? text.replaceAll("\0", "\ufffd") : text;
  return whole.isWellFormed() ? whole : whole.toWellFormed();
}
