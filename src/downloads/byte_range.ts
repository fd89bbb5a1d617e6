/**
 * The range that a request asks for.
 *
 * Source: RFC 9110, section 14.
 *
 * @module
 */

import type { ByteRange } from "../files/store.ts";

/**
 * Returns the range of a `Range` header for a file of `size` bytes: null for all of it, "unsatisfiable" if none of it is
 * there. Several ranges, and units that are not bytes, are answered with all of it, as the standard permits. The attack:
 * a thousand ranges of one request.
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | null | "unsatisfiable" {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? "") ?? [];
  if (first === undefined || last === undefined || (first === "" && last === "")) return null;
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? "unsatisfiable" : { start: size - length, end: size };
  }
  const start = Number(first);
  if (start >= size) return "unsatisfiable";
  const end = last === "" ? size : Math.min(Number(last) + 1, size);
  return end <= start ? null : { start, end };
}
