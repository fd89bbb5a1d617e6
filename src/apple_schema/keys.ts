/**
 * Finding the facts of a value inside a payload.
 *
 * @module
 */

import { Real } from "../protocol/plist/value.ts";
import type { KeyFacts, Shapes } from "./types.ts";

/** The depth to which a payload is checked; Apple's own payloads have fewer than 20 levels. */
export const MAX_DEPTH = 64;

const indexes = new WeakMap<readonly KeyFacts[], ReadonlyMap<string, KeyFacts>>();

/** Returns the facts of the key `name`: its own, else those of every name. */
export function keyNamed(keys: readonly KeyFacts[], name: string): KeyFacts | undefined {
  let index = indexes.get(keys);
  if (index === undefined) {
    index = new Map(keys.map((key) => [key.key, key]));
    indexes.set(keys, index);
  }
  return index.get(name) ?? index.get("ANY");
}

/** Returns the keys below a key, wherever they are written; undefined when anything may be there. */
export function keysBelow(key: KeyFacts, shapes: Shapes | undefined): readonly KeyFacts[] | undefined {
  if (key.shape === undefined) return key.keys;
  return shapes !== undefined && Object.hasOwn(shapes, key.shape) ? shapes[key.shape] : undefined;
}

/**
 * Returns the facts of one element of an array. Where there are several kinds, the element names its own by a key that
 * has one value, such as `Item` in the settings of the Settings command; undefined when it names none of them.
 */
export function elementFacts(kinds: readonly KeyFacts[], element: unknown): KeyFacts | undefined {
  if (kinds.length === 1) return kinds[0];
  return kinds.find((kind) => discriminators(kind).every(({ key, values }) => own(element, key) === values?.[0]));
}

/** Returns the key that distinguishes the kinds of elements, and its values. */
export function discriminatorOf(kinds: readonly KeyFacts[]): { key: string; values: string[] } | undefined {
  const found = kinds.flatMap((kind) => discriminators(kind).slice(0, 1));
  const key = found[0]?.key;
  return key === undefined ? undefined : { key, values: found.flatMap(({ values }) => values ?? []).map(String) };
}

const discriminators = (kind: KeyFacts): readonly KeyFacts[] =>
  kind.keys?.filter((key) => key.required === true && key.values?.length === 1) ?? [];

/** Whether a value of JSON or of a property list is a dictionary. */
export function isDictionary(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date) &&
    !(value instanceof Uint8Array) && !(value instanceof Real);
}

/** Returns the own value under `key`; undefined for a value that is not a dictionary. */
export function own(value: unknown, key: string): unknown {
  return isDictionary(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Returns `key` below `path`, as the sentences name it. */
export function joinPath(path: string, key: string | number): string {
  const shown = key === "" ? "(empty)" : String(key).slice(0, 100);
  return path === "" ? shown : `${path}.${shown}`;
}
