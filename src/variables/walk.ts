/**
 * Walks the texts of a decoded structure: property lists and JSON alike.
 *
 * @module
 */

import { Real } from "../protocol/plist/value.ts";

const isContainer = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !(value instanceof Uint8Array) && !(value instanceof Date) &&
  !(value instanceof Real);

/**
 * Returns `value` with each text that is a value replaced by `change` of it. Keys, bytes, dates, numbers and everything
 * else are unchanged; a part without changed text is the same object.
 */
export function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (!isContainer(value)) return value;
  if (Array.isArray(value)) {
    const before: readonly unknown[] = value;
    const after = before.map((item) => mapTexts(item, change));
    return after.some((item, index) => item !== before[index]) ? after : value;
  }
  const before: [string, unknown][] = Object.entries(value);
  const after = before.map(([key, item]): [string, unknown] => [key, mapTexts(item, change)]);
  const changed = after.some(([, item], index) => item !== before[index]?.[1]);
  // `fromEntries` creates own properties whatever their names: a key `__proto__` stays a key.
  return changed ? Object.fromEntries(after) : value;
}
