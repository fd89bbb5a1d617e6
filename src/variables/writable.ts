/**
 * Texts that every format for devices can hold: XML has no place for most control characters (XML 1.0 section 2.2), nor
 * anything for half a character.
 *
 * @module
 */

// deno-lint-ignore no-control-regex
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** `text` with U+FFFD for each character that a property list cannot hold. */
export const writable = (text: string): string => text.toWellFormed().replace(UNWRITABLE, "\ufffd");

/** Whether a property list can hold `text` as it is. */
export const isWritable = (text: string): boolean => writable(text) === text;
