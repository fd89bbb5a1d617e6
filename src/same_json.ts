/**
 * Whether two JSON values are equal.
 *
 * @module
 */

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/**
 * Whether two JSON values are equal, with keys in any order. Ends at the first difference and makes no text of either: as
 * sorted text, a list of a hundred thousand values of a device took half a second.
 */
export function sameJson(one: Json, other: Json): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) || Array.isArray(other)) {
    if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
    return one.every((item, at) => sameJson(item, other[at] ?? null));
  }
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && sameJson(one[key] ?? null, other[key] ?? null));
}
