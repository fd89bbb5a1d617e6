/**
 * Puts values in the place of variables.
 *
 * @module
 */

import type { Json, JsonObject } from "../protocol/plist_json.ts";
import type { Plist, PlistDict } from "../protocol/plist.ts";
import { replaceReferences } from "./reference.ts";
import { mapTexts } from "./walk.ts";

/** A structure with its variables expanded, and the names of those that had no value (or an empty one) and no default. */
export type Expanded<T> = { value: T; missing: string[] };

/**
 * Expands the variables in every text of `value` that is a value, in one pass: a value that holds a variable's name is not
 * expanded again. The attack: a user whose full name is `$ENROLLED_DEVICE.UDID`, or a device with such a name, reads by it
 * what was meant for others.
 *
 * A variable without a value and without a default stays as it was written. `missing` is sorted.
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
  const expanded = mapTexts(value, (text) =>
    replaceReferences(text, ({ name, known, fallback, text: written }) => {
      if (!known) return written;
      const found = values.get(name);
      if (found !== undefined && found !== "") return found;
      if (fallback !== undefined) return fallback;
      missing.add(name);
      return found ?? written;
    }));
  return { value: expanded, missing: [...missing].sort() };
}
