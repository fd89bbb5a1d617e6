/**
 * Checks each key of a payload against a target.
 *
 * Promise: pure, never throws, and without remarks if the target's system is unknown.
 *
 * @module
 */

import { elementFacts, isDictionary, joinPath, keyNamed, keysBelow, MAX_DEPTH } from "./keys.ts";
import { announcedEnd, inherit, type Obstacle, obstacle, supportFor } from "./support.ts";
import type { SchemaTarget } from "./target.ts";
import type { KeyFacts, PayloadFacts, Support } from "./types.ts";

/** A key that the target does not accept; "missing" is an absent key that this target requires and others do not. */
export type KeyRemark = { path: string; cause: Obstacle["cause"] | "missing" | "ending"; message: string };

/** Remarks after which no more are looked for. */
const MAX_REMARKS = 50;

/**
 * Returns the target's remarks on the keys of `payload` at `path`. The requirements of the payload as a whole are not
 * checked.
 */
export function keyRemarks(facts: PayloadFacts, payload: unknown, target: SchemaTarget, path = ""): KeyRemark[] {
  const remarks: KeyRemark[] = [];

  const add = (path: string, cause: KeyRemark["cause"], message: string) => {
    if (remarks.length < MAX_REMARKS) remarks.push({ path, cause, message });
  };
  const dictionary = (
    value: { readonly [key: string]: unknown },
    keys: readonly KeyFacts[],
    around: Support | false | undefined,
    path: string,
    depth: number,
  ) => {
    for (const key of keys) {
      if (key.required !== true || key.systems === undefined || Object.hasOwn(value, key.key)) continue;
      const at = joinPath(path, key.key);
      const own = supportFor(key.systems, target);
      if (target.platform === null || obstacle("", inherit(around, own), target) !== null) continue;
      add(at, "missing", `"${at}" is missing, ${target.platform} needs it`);
    }
    for (const [name, item] of Object.entries(value)) {
      const key = keyNamed(keys, name);
      if (key !== undefined) keyed(item, key, around, joinPath(path, name), depth);
    }
  };
  const keyed = (
    value: unknown,
    key: KeyFacts,
    around: Support | false | undefined,
    path: string,
    depth: number,
  ) => {
    if (depth > MAX_DEPTH || remarks.length >= MAX_REMARKS) return;
    const own = supportFor(key.systems, target);
    const support = inherit(around, own);
    if (own !== undefined) {
      const found = obstacle(`"${path}"`, support, target);
      if (found !== null) return add(path, found.cause, found.message);
      const end = announcedEnd(`"${path}"`, key.systems, target);
      if (end !== null) add(path, "ending", end);
    }
    const below = keysBelow(key, facts.shapes);
    if (below === undefined) return;
    if (Array.isArray(value)) {
      for (const [i, element] of value.entries()) {
        const kind = elementFacts(below, element);
        if (kind !== undefined) keyed(element, kind, support, joinPath(path, i), depth + 1);
      }
    } else if (isDictionary(value)) dictionary(value, below, support, path, depth + 1);
  };

  // Without a system, no key gets a remark.
  if (target.platform !== null && isDictionary(payload)) {
    dictionary(payload, facts.keys, supportFor(facts.systems, target), path, 1);
  }
  return remarks;
}

/** Returns the first remark that makes the target refuse the whole payload, as a sentence; null if there is none. */
export function refusedKey(remarks: readonly KeyRemark[]): string | null {
  return remarks.find(({ cause }) => cause === "older" || cause === "missing")?.message ?? null;
}

/** Returns the remarks on keys that the target accepts and does not use. */
export function ignoredKeys(remarks: readonly KeyRemark[]): KeyRemark[] {
  return remarks.filter(({ cause }) => cause !== "older" && cause !== "missing" && cause !== "ending");
}
