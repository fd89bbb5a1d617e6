/**
 * Comparable versions of Apple's systems.
 *
 * Promise: every text has a version, and all versions have one total order; an unreadable text counts as 0.0.0.
 *
 * @module
 */

/** A version: at least three numbers, and the rapid security response's letter as Apple writes it ("(a)") or "". */
export type OsVersion = { numbers: readonly number[]; extra: string };

const ZERO: OsVersion = { numbers: [0, 0, 0], extra: "" };
/** Apple's have three numbers and an extra of three characters. */
const MAX_NUMBERS = 8;
const LONGEST = 200;
const NUMBER = /^[0-9]{1,9}$/;
const EXTRA = /^\S+$/;

/**
 * Returns the version in `text`: "14" is 14.0.0, "13.3.1 (a)" has the extra "(a)"; null, empty or unreadable is 0.0.0.
 */
export function parseOsVersion(text: string | null | undefined): OsVersion {
  const whole = text?.trim() ?? "";
  if (whole.length > LONGEST) return ZERO;
  const space = whole.indexOf(" ");
  const parts = (space < 0 ? whole : whole.slice(0, space)).split(".");
  const extra = space < 0 ? "" : whole.slice(space + 1);
  if (parts.length > MAX_NUMBERS || !parts.every((part) => NUMBER.test(part)) || (space >= 0 && !EXTRA.test(extra))) {
    return ZERO;
  }
  const numbers = parts.map(Number);
  while (numbers.length < 3) numbers.push(0);
  return { numbers, extra };
}

/** Negative when `a` is older than `b`, 0 when they are the same version, positive when it is newer. */
export function compareOsVersions(a: string | null | undefined, b: string | null | undefined): number {
  const left = parseOsVersion(a);
  const right = parseOsVersion(b);
  const length = Math.max(left.numbers.length, right.numbers.length);
  for (let i = 0; i < length; i++) {
    const difference = (left.numbers[i] ?? 0) - (right.numbers[i] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return left.extra === right.extra ? 0 : left.extra < right.extra ? -1 : 1;
}

/** Whether a readable version is known at all. */
export function isKnownOsVersion(text: string | null | undefined): boolean {
  return parseOsVersion(text).numbers.some((number) => number > 0);
}
