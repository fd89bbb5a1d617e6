/**
 * What the headers of a request make of the download of a file: all of it, a part, or neither.
 *
 * Source: RFC 9110, sections 13 and 14.
 *
 * @module
 */

import type { ByteRange } from "../files/store.ts";

/** The method of a request, and the headers of these names. */
export type Conditions = {
  method: string;
  range?: string | undefined;
  ifRange?: string | undefined;
  ifMatch?: string | undefined;
  ifNoneMatch?: string | undefined;
};

/** The answer to a request for a file. */
export type Served =
  /** All of it, or a part. */
  | { kind: "content"; range: ByteRange | null }
  /** The client has it. */
  | { kind: "not modified" }
  /** The client wants another file than this one. */
  | { kind: "precondition failed" }
  /** None of the range is in the file. */
  | { kind: "unsatisfiable" };

const tags = (header: string): string[] => header.split(",").map((tag) => tag.trim());

/** Returns the answer for a file of `size` bytes. `etag` is a strong validator. */
export function servedBy(conditions: Conditions, { etag, size }: { etag: string; size: number }): Served {
  const { method, range, ifRange, ifMatch, ifNoneMatch } = conditions;
  // In the order of section 13.2.2: a range counts only where the answer without it would be all of the file.
  if (ifMatch !== undefined && !tags(ifMatch).some((tag) => tag === etag || tag === "*")) {
    return { kind: "precondition failed" };
  }
  if (ifNoneMatch !== undefined && tags(ifNoneMatch).some((tag) => tag.replace(/^W\//, "") === etag || tag === "*")) {
    return { kind: "not modified" };
  }
  // No other method has ranges. A part of another file would be appended to what the device has.
  if (method !== "GET" || range === undefined || (ifRange !== undefined && ifRange.trim() !== etag)) {
    return { kind: "content", range: null };
  }
  const found = rangeOf(range, size);
  return found === "unsatisfiable" ? { kind: "unsatisfiable" } : { kind: "content", range: found };
}

/**
 * Returns the range of a `Range` header for a file of `size` bytes: null for all of it, "unsatisfiable" if none of it is
 * there. Several ranges, invalid ones, and units that are not bytes are answered with all of it, as section 14.2
 * permits. The attack: a thousand ranges of one request.
 */
function rangeOf(header: string, size: number): ByteRange | null | "unsatisfiable" {
  const [unit = "", set = ""] = header.trim().split("=", 2);
  // Empty elements of a list count for nothing (section 5.6.1.2).
  const ranges = set.split(",").map((one) => one.trim()).filter((one) => one !== "");
  const [, first, last] = /^(\d*)-(\d*)$/.exec(ranges[0] ?? "") ?? [];
  if (unit.toLowerCase() !== "bytes" || ranges.length !== 1 || first === undefined || last === undefined) return null;
  if (first === "") {
    if (last === "") return null;
    const length = Math.min(Number(last), size);
    return length === 0 ? "unsatisfiable" : { start: size - length, end: size };
  }
  const [start, end] = [Number(first), last === "" ? Infinity : Number(last) + 1];
  if (end <= start) return null;
  return start >= size ? "unsatisfiable" : { start, end: Math.min(end, size) };
}
