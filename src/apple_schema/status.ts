/**
 * Status items by Apple's published schema, and the items of a status report by their names.
 *
 * Promise: pure functions that never throw. Items that a device reports are accepted whether they are published or not.
 *
 * @module
 */

import type { Json, JsonObject } from "../protocol/plist_json.ts";
import { status } from "./generated/status.ts";
import type { StatusItemFacts } from "./types.ts";

/** The names that Apple publishes, such as "device.operating-system.version", in order. */
export const STATUS_ITEMS: readonly string[] = Object.keys(status);

/** The limit of items in one report; Apple publishes fewer than 50. */
export const MAX_ITEMS = 1000;

/** The depth to which an unknown item is split. */
const MAX_LEVELS = 16;

/** The longest accepted name. */
const MAX_NAME = 500;

/** Returns the facts of a status item, or null when it is not published. */
export function statusItemFacts(name: string): StatusItemFacts | null {
  return Object.hasOwn(status, name) ? status[name] ?? null : null;
}

/** One item of a status report. `known` is whether Apple publishes its name. */
export type StatusValue = { path: string; value: Json; known: boolean };

/** Names on the way to published items: "device", "device.operating-system", … */
const PREFIXES: ReadonlySet<string> = new Set(STATUS_ITEMS.flatMap((name) => {
  const words = name.split(".");
  return words.slice(1).map((_, i) => words.slice(0, i + 1).join("."));
}));

/**
 * Returns the items in the `StatusItems` of a status report, each name once. A published item keeps its whole value.
 * Below other names, objects are split until a value is not an object. Items beyond `MAX_ITEMS`, and names beyond 500
 * characters, are left out; below 16 levels an object is not split.
 *
 * @example
 * ```ts
 * flattenStatus({ device: { "operating-system": { version: "17.0" } } });
 * // [{ path: "device.operating-system.version", value: "17.0", known: true }]
 * ```
 */
export function flattenStatus(statusItems: JsonObject): StatusValue[] {
  const items = new Map<string, StatusValue>();
  const walk = (object: JsonObject, prefix: string, level: number) => {
    for (const [key, value] of Object.entries(object)) {
      if (items.size >= MAX_ITEMS) return;
      const path = prefix === "" ? key : `${prefix}.${key}`;
      if (path.length > MAX_NAME) continue;
      const known = Object.hasOwn(status, path);
      if (!known && isObject(value) && level < MAX_LEVELS && (Object.keys(value).length > 0 || PREFIXES.has(path))) {
        walk(value, path, level + 1);
      } else if (!items.has(path)) items.set(path, { path, value, known });
    }
  };
  if (isObject(statusItems)) walk(statusItems, "", 1);
  return [...items.values()];
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
