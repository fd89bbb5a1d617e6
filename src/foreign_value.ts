/**
 * Values from outside, cut to what may be kept of them.
 *
 * @module
 */

import { CUT, FOREIGN_TEXT_BYTES, foreignText } from "./foreign_text.ts";

/** JSON, as it is cut. */
type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** How much may be kept. */
export type ForeignLimits = {
  /** Bytes of JSON, about: the whole value. */
  bytes: number;
  /** Bytes of each text. */
  text?: number;
  /** Levels of lists and objects. */
  depth?: number;
};

/** Bytes of UTF-8 in JSON, without counting each: a bound from above that is right for ASCII. */
const cost = (text: string): number => text.length + 2;

/**
 * Returns `value` with each text cut as `foreignText` does, and with what goes beyond `bytes` left out: a list then ends
 * with "…", an object has a key "…". The order decides what stays, so what matters stands first.
 *
 * The attack: one message of a device that becomes an event of 20 MB, and a page of events that no process can hold.
 */
export function foreignValue(value: Json, { bytes, text = FOREIGN_TEXT_BYTES, depth = 32 }: ForeignLimits): Json {
  let room = bytes;
  const walk = (inner: Json, level: number): Json => {
    if (typeof inner === "string") {
      const short = foreignText(inner, text);
      room -= cost(short);
      return short;
    }
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
    for (const key in inner) {
      if (!Object.hasOwn(inner, key)) continue;
      if (room <= 0) {
        kept.push([CUT, true]);
        break;
      }
      const name = foreignText(key, text);
      room -= cost(name);
      kept.push([name, walk(inner[key] ?? null, level + 1)]);
    }
    return Object.fromEntries(kept);
  };
  return walk(value, 0);
}
