/**
 * Values from outside, truncated to their limits.
 *
 * @module
 */

import { CUT, FOREIGN_TEXT_BYTES, foreignText } from "./foreign_text.ts";

/** JSON while it is truncated. */
type Json = string | number | boolean | null | Json[] | JsonObject;
type JsonObject = { [key: string]: Json };

/** The limits of a stored value. */
export type ForeignLimits = {
  /** Bytes of JSON, about: the whole value. */
  bytes: number;
  /** Bytes of each text. */
  text?: number;
  /** Levels of lists and objects. */
  depth?: number;
};

/** About the bytes of a text in JSON; right for ASCII, and never less than a third. */
const cost = (text: string): number => text.length + 4;

/**
 * Returns `value` with each text truncated as by `foreignText`, and without the part beyond `bytes`: a list then ends
 * with "…", an object has a key "…". The order decides what stays.
 *
 * The attack: one message of a device that becomes an event of 20 MB, and a page of events that no process can hold.
 */
export function foreignValue(value: JsonObject, limits: ForeignLimits): JsonObject;
export function foreignValue(value: Json, limits: ForeignLimits): Json;
export function foreignValue(value: Json, { bytes, text = FOREIGN_TEXT_BYTES, depth = 32 }: ForeignLimits): Json {
  let room = bytes;
  const textOf = (long: string): string => {
    const short = foreignText(long, text);
    room -= cost(short);
    return short;
  };
  const walk = (inner: Json, level: number): Json => {
    if (typeof inner === "string") return textOf(inner);
    room -= 8;
    if (typeof inner !== "object" || inner === null) return inner;
    if (level >= depth) return CUT;
    if (Array.isArray(inner)) {
      const list: Json[] = [];
      for (const item of inner) {
        if (room <= 0) {
          list.push(CUT);
          break;
        }
        list.push(walk(item, level + 1));
      }
      return list;
    }
    const kept: [string, Json][] = [];
    for (const [key, item] of Object.entries(inner)) {
      if (room <= 0) {
        kept.push([CUT, true]);
        break;
      }
      kept.push([textOf(key), walk(item, level + 1)]);
    }
    return Object.fromEntries(kept);
  };
  return walk(value, 0);
}
