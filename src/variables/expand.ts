/**
 * Replaces variables with their values.
 *
 * @module
 */

import type { Json, JsonObject } from "../protocol/plist_json.ts";
import type { Plist, PlistDict } from "../protocol/plist.ts";
import { ExpansionError } from "./expansion_error.ts";
import { replaceReferences } from "./reference.ts";
import { mapTexts } from "./walk.ts";

/** Characters that all texts may have with their values: so many times those that were written, and so many more. */
export const EXPANSION_LIMIT = { times: 4, more: 1024 * 1024 } as const;

/** Characters that values may add to the texts of a structure. */
function roomOf(value: unknown): number {
  let written = 0;
  mapTexts(value, (text) => {
    written += text.length;
    return text;
  });
  return (EXPANSION_LIMIT.times - 1) * written + EXPANSION_LIMIT.more;
}

/** A structure with its variables expanded, and the names of those that had no value (or an empty one) and no default. */
export type Expanded<T> = { value: T; missing: string[] };

/**
 * Expands the variables in every text of `value` that is a value, in one pass: a value that contains a variable's name
 * is not expanded again. The attack: a user whose full name is `$ENROLLED_DEVICE.UDID`, or a device with such a name,
 * uses it to read data meant for others.
 *
 * A variable without a value and a default is unchanged. `missing` is sorted. Throws ExpansionError beyond
 * `EXPANSION_LIMIT`. The attack: a text that names a value of 4,096 characters a million times exhausts the server's
 * memory for each device.
 *
 * ```ts
 * expand({ Name: "Mac of ${ENROLLED_USER.LONG_NAME:-nobody}" }, new Map()).value; // { Name: "Mac of nobody" }
 * ```
 */
export function expand(value: string, values: ReadonlyMap<string, string>): Expanded<string>;
export function expand(value: PlistDict, values: ReadonlyMap<string, string>): Expanded<PlistDict>;
export function expand(value: Plist, values: ReadonlyMap<string, string>): Expanded<Plist>;
export function expand(value: JsonObject, values: ReadonlyMap<string, string>): Expanded<JsonObject>;
export function expand(value: Json, values: ReadonlyMap<string, string>): Expanded<Json>;
export function expand(value: unknown, values: ReadonlyMap<string, string>): Expanded<unknown> {
  const missing = new Set<string>();
  let room = values.size === 0 ? 0 : roomOf(value);
  const expanded = mapTexts(value, (text) =>
    replaceReferences(text, ({ name, known, fallback, text: written }) => {
      if (!known) return written;
      const found = values.get(name);
      if (found !== undefined && found !== "") {
        room -= found.length;
        if (room >= 0) return found;
        const { times, more } = EXPANSION_LIMIT;
        throw new ExpansionError(
          `With the values of its variables it would be larger than ${times} times what was written and ${more} characters.`,
        );
      }
      if (fallback !== undefined) return fallback;
      missing.add(name);
      return found ?? written;
    }));
  return { value: expanded, missing: [...missing].sort() };
}
