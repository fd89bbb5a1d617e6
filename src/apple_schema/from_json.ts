/**
 * Arguments in JSON as the values of a property list, by the facts of their keys.
 *
 * Promise: never throws; a value that is not what its key says stays what it is, since it was checked before.
 *
 * @module
 */

import type { Json, JsonObject } from "../protocol/plist_json.ts";
import type { Plist, PlistDict } from "../protocol/plist.ts";
import { Real, setKey } from "../protocol/plist/value.ts";
import { elementFacts, keyNamed, keysBelow, MAX_DEPTH } from "./keys.ts";
import type { KeyFacts, PayloadFacts, Shapes } from "./types.ts";

/** Returns a payload as a property list: data from base64, dates, and reals that stay reals. */
export function plistOf({ keys, shapes }: Pick<PayloadFacts, "keys" | "shapes">, payload: JsonObject): PlistDict {
  return dictOf(payload, keys, shapes, 1);
}

function dictOf(
  value: JsonObject,
  keys: readonly KeyFacts[] | undefined,
  shapes: Shapes | undefined,
  depth: number,
): PlistDict {
  const dict: PlistDict = {};
  for (const [name, item] of Object.entries(value)) {
    if (item === null) continue;
    setKey(dict, name, valueOf(item, keys === undefined ? undefined : keyNamed(keys, name), shapes, depth + 1));
  }
  return dict;
}

function valueOf(
  value: Exclude<Json, null>,
  facts: KeyFacts | undefined,
  shapes: Shapes | undefined,
  depth: number,
): Plist {
  if (depth > MAX_DEPTH) return "";
  const below = facts === undefined ? undefined : keysBelow(facts, shapes);
  if (Array.isArray(value)) {
    return value.flatMap((item) => {
      if (item === null) return [];
      return [valueOf(item, below === undefined ? undefined : elementFacts(below, item), shapes, depth + 1)];
    });
  }
  if (typeof value === "object") return dictOf(value, below, shapes, depth);
  if (typeof value === "string" && facts?.type === "data") return bytesOf(value);
  if (typeof value === "string" && facts?.type === "date") return dateOf(value);
  return typeof value === "number" && facts?.type === "real" && Number.isSafeInteger(value) ? new Real(value) : value;
}

function bytesOf(text: string): Plist {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    return text;
  }
}

function dateOf(text: string): Plist {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? text : date;
}
