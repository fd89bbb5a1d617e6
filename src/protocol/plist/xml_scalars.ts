/**
 * The content of the leaf elements of an XML property list.
 *
 * Promise: strict readers. A text that is not exactly a value of its kind throws `PlistError`; none is rounded,
 * truncated or guessed.
 *
 * @module
 */

import { integerOf, PlistError } from "./value.ts";

const INTEGER = /^[+-]?(?:[0-9]+|0[xX][0-9a-fA-F]+)$/;
const REAL = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const NOT_FINITE = /^([+-]?)(nan|inf|infinity)$/i;
const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/;
/** Characters with which a number or a date can be written at all: 2^64 in decimal, the longest double, a date. */
const MAX_INTEGER_TEXT = 40;
const MAX_REAL_TEXT = 400;
const MAX_DATE_TEXT = 40;
const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** Stops reading with a sentence. */
export function fail(reason: string): never {
  throw new PlistError(`Cannot read the property list: ${reason}`);
}

/** Returns a piece of foreign text for an error sentence. */
export const short = (text: string): string => text.length > 60 ? `${text.slice(0, 60)}…` : text;

/** Characters of a reference between `&` and `;` that are read. */
const MAX_REFERENCE = 12;
const NUMBERED = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/;

/**
 * Character data with its references resolved: the five of XML and those by number. `count` is called for each, so that the
 * caller can stop. Throws `PlistError`.
 */
export function unescape(raw: string, count: () => void): string {
  let at = raw.indexOf("&");
  if (at < 0) return raw;
  let [text, from] = ["", 0];
  for (; at >= 0; at = raw.indexOf("&", from)) {
    count();
    const start = raw.slice(at + 1, at + 2 + MAX_REFERENCE);
    const length = start.indexOf(";");
    const character = length < 0 ? undefined : referenced(start.slice(0, length));
    if (character === undefined) {
      fail(`"&${/^[^;&]{0,12}/.exec(start)?.[0]}" is not a character reference that XML has`);
    }
    text += raw.slice(from, at) + character;
    from = at + length + 2;
  }
  return text + raw.slice(from);
}

/** Returns the character of a reference, or undefined when XML has none of that name. */
function referenced(name: string): string | undefined {
  if (Object.hasOwn(ENTITIES, name)) return ENTITIES[name];
  const digits = NUMBERED.exec(name);
  const code = digits === null ? -1 : digits[1] !== undefined ? parseInt(digits[1], 16) : Number(digits[2]);
  return code < 1 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? undefined : String.fromCodePoint(code);
}

/** Returns a decimal or hexadecimal integer of at most 64 bits. Throws `PlistError`. */
export function integer(content: string): number | bigint {
  const value = digits(content);
  if (value >= 0) return value;
  const text = trimmed(content, MAX_INTEGER_TEXT, "an integer");
  if (!INTEGER.test(text)) fail(`"${short(text)}" is not an integer`);
  const magnitude = BigInt(text.replace(/^[+-]/, ""));
  return integerOf(text.startsWith("-") ? -magnitude : magnitude);
}

/**
 * Returns the content without the white space around it. The attack: a number of a million digits, for which readers
 * take squares.
 */
function trimmed(content: string, limit: number, what: string): string {
  const text = content.trim();
  if (text.length > limit) fail(`${what} has ${text.length} characters, ${limit} are accepted`);
  return text;
}

/** Returns the value of 1 to 15 decimal digits and nothing else, or -1. */
function digits(text: string): number {
  if (text.length === 0 || text.length > 15) return -1;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Returns a decimal number, or one of the words for infinity and NaN. Throws `PlistError`. */
export function real(content: string): number {
  const text = trimmed(content, MAX_REAL_TEXT, "a number");
  if (REAL.test(text)) return Number(text);
  const special = NOT_FINITE.exec(text);
  if (special === null) fail(`"${short(text)}" is not a number`);
  if (special[2]?.toLowerCase() === "nan") return NaN;
  return special[1] === "-" ? -Infinity : Infinity;
}

/** Returns a date as `2001-01-01T00:00:00Z`. Throws `PlistError`. */
export function date(content: string): Date {
  const text = trimmed(content, MAX_DATE_TEXT, "a date");
  if (!DATE.test(text)) fail(`"${short(text)}" is not a date like 2001-01-01T00:00:00Z`);
  const date = new Date(text);
  // Date would turn 30 February into 1 March, and 24:00 into the next day; anything else that does not exist is no number.
  if (date.getUTCDate() !== Number(text.slice(8, 10)) || date.getUTCHours() !== Number(text.slice(11, 13))) {
    fail(`"${short(text)}" is not a day and time that exists`);
  }
  return date;
}

/** Bytes in base64. Throws `PlistError`. */
export function data(text: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    fail("a data element is not base64");
  }
}
