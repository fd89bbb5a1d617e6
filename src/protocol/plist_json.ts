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
import { setKey } from "./plist/value.ts";

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

/** The size limit of one answer as JSON, and of one data value in it: attestations have a few kilobytes. */
const KEPT = 256 * 1024;
const KEPT_DATA = 32 * 1024;
const KEPT_BASE64 = 64 * 1024;
const KEPT_LEVELS = 32;

/**
 * Returns a copy of the beginning of `dict`: as much as `foreignValue` may keep of its JSON, and a mark more where that
 * is not all, so that it sees the end. The attack: an answer of 20 MB, of which everything was copied before it was
 * truncated to 256 KB.
 */
function beginning(dict: PlistDict, except: readonly string[]): PlistDict {
  let room = KEPT;
  // Nothing is counted as more than foreignValue counts it, or the end would come too early.
  const text = (long: string): string => {
    const short = foreignText(long);
    room -= short.length + 4;
    return short;
  };
  const walk = (value: Plist, level: number): Plist => {
    if (typeof value === "string") return text(value);
    const container = Array.isArray(value) || isDict(value);
    room -= container ? 8 : 4;
    if (value instanceof Uint8Array) {
      if (value.length > KEPT_DATA) return CUT;
      room -= value.length;
    }
    if (!container) return value;
    if (level >= KEPT_LEVELS) return [];
    return Array.isArray(value) ? walkList(value, level) : walkDict(value, level, []);
  };
  const walkList = (from: readonly Plist[], level: number): Plist[] => {
    const copy: Plist[] = [];
    for (const item of from) {
      if (room <= 0) {
        copy.push(CUT);
        break;
      }
      copy.push(walk(item, level + 1));
    }
    return copy;
  };
  const walkDict = (from: PlistDict, level: number, without: readonly string[]): PlistDict => {
    const copy: PlistDict = {};
    // Not Object.entries: that is a list for each of hundreds of thousands of keys.
    for (const key in from) {
      if (!Object.hasOwn(from, key) || without.includes(key)) continue;
      if (room <= 0) {
        setKey(copy, CUT, true);
        break;
      }
      setKey(copy, text(key), walk(from[key] ?? "", level + 1));
    }
    return copy;
  };
  return walkDict(dict, 0, except);
}

/** Returns a device's answer as JSON for storage, without some keys: long texts and long answers are truncated. */
export function toForeignJson(dict: PlistDict, except: readonly string[] = []): JsonObject {
  return foreignValue(toJsonObject(beginning(dict, except)), { bytes: KEPT, text: KEPT_BASE64, depth: KEPT_LEVELS });
}

const text = (value: string): string => value.toWellFormed().replaceAll("\0", "\ufffd");
