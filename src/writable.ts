/**
 * Texts that every format for devices can contain: XML has no place for most control characters (XML 1.0 section 2.2),
 * nor any for a lone surrogate.
 *
 * @module
 */

// deno-lint-ignore no-control-regex
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Returns `text` with U+FFFD for each character that a property list cannot hold. */
export const writable = (text: string): string => text.toWellFormed().replace(UNWRITABLE, "\ufffd");

/** Whether a property list can contain `text` unchanged. */
export const isWritable = (text: string): boolean => writable(text) === text;

const codeAt = (text: string, at: number): string =>
  `U+${text.charCodeAt(at).toString(16).toUpperCase().padStart(4, "0")}`;

/**
 * Returns the reason why `text` cannot be stored unchanged, in a sentence that API clients know; undefined if it can.
 * The database accepts no NUL, and the name of any object may appear in a property list.
 */
export function textFault(text: string): string | undefined {
  if (text.includes("\0")) return "Null characters are not allowed.";
  const half = text.search(/\p{Surrogate}/u);
  if (half >= 0) return `Surrogate characters are not allowed: ${codeAt(text, half)}.`;
  const control = text.search(UNWRITABLE);
  return control < 0
    ? undefined
    : `Control characters are not allowed: ${codeAt(text, control)} at character ${control + 1}.`;
}
