/**
 * The JSON form of a property list, for storage and for the API.
 *
 * Promise: every property list has one, it is what PostgreSQL's `jsonb` accepts, and no value is silently rounded.
 *
 * @module
 */

import { CUT, foreignText } from "../foreign_text.ts";
import { foreignValue } from "../foreign_value.ts";
import { isDict, type Plist, type PlistDict, Real } from "./plist.ts";

export type Json = string | number | boolean | null | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

/**
 * JSON of a property list value: data as base64, dates as ISO 8601 in UTC, integers beyond 2^53 and numbers that are
 * not finite as strings, half characters as U+FFFD. The key `__proto__` is left out: it has no meaning in any message
 * of Apple's, and a reader that assigns keys would change the object's prototype by it.
 */
export function toJson(value: Plist): Json {
  switch (typeof value) {
    case "string":
      return text(value);
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "bigint":
      return value.toString();
    default:
      if (value instanceof Uint8Array) return value.toBase64();
      if (value instanceof Date) return value.toISOString();
      if (value instanceof Real) return value.value;
      if (Array.isArray(value)) return value.map(toJson);
      return isDict(value) ? toJsonObject(value) : null;
  }
}

/** JSON of a dictionary, by the rules of `toJson`. */
export function toJsonObject(dict: PlistDict): JsonObject {
  const object: JsonObject = {};
  for (const [key, value] of Object.entries(dict)) {
    if (key !== "__proto__") object[text(key)] = toJson(value);
  }
  return object;
}

/** Bytes of JSON that are kept of one answer, and of one data value in it: attestations have some kilobytes. */
const KEPT = 256 * 1024;
const KEPT_DATA = 32 * 1024;
const KEPT_BASE64 = 64 * 1024;

function cut(value: Plist): Plist {
  if (typeof value === "string") return foreignText(value);
  if (value instanceof Uint8Array) return value.length > KEPT_DATA ? CUT : value;
  if (Array.isArray(value)) return value.map(cut);
  if (!isDict(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [foreignText(key), cut(inner)]));
}

/** JSON of what a device answered, as it may be kept: texts and the whole are cut where they are long. */
export function toForeignJson(dict: PlistDict): JsonObject {
  const short = cut(dict);
  return foreignValue(isDict(short) ? toJsonObject(short) : {}, { bytes: KEPT, text: KEPT_BASE64 });
}

const text = (value: string): string => value.toWellFormed().replaceAll("\0", "\ufffd");
