/**
 * Whether two JSON values are equal.
 *
 * @module
 */

type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [key: string]: Json };

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

/**
 * Whether two JSON values are equal, with keys in any order. Stops at the first difference and does not serialize
 * either value: as sorted text, a list of a hundred thousand values of a device took half a second.
 */
export function sameJson(one: Json, other: Json): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (isList(one) || isList(other)) {
    return isList(one) && isList(other) && one.length === other.length &&
      one.every((item, at) => sameJson(item, other[at]));
  }
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && sameJson(one[key], other[key]));
}
