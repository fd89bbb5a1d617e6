/**
 * The values of a declaration that name other declarations.
 *
 * @module
 */

import { declarations } from "./generated/declarations.ts";
import { elementFacts, isDictionary, keyNamed, keysBelow, MAX_DEPTH } from "./keys.ts";
import type { DeclarationFacts, KeyFacts } from "./types.ts";

/** A reference in a payload. */
export type Reference = {
  /** From the payload down; elements of arrays by their index, in decimal. */
  keyPath: string[];
  /** The identifier, as it is written. */
  value: string;
  assetTypes: readonly string[] | null;
};

/** The schema says this only in prose: a simple activation names configurations. */
const CONFIGURATIONS = { type: "com.apple.activation.simple", key: "StandardConfigurations" };

/**
 * Returns the references in a payload, in its order; none for an unknown type. Values that are no strings are skipped.
 */
export function referencesIn(type: string, payload: unknown): Reference[] {
  const facts = factsOf(type);
  const found: Reference[] = [];
  if (facts === undefined || !isDictionary(payload)) return found;

  const take = (value: unknown, keyPath: string[], assetTypes: readonly string[] | null) => {
    if (typeof value === "string") found.push({ keyPath, value, assetTypes });
    else if (Array.isArray(value)) {
      for (const [i, item] of value.entries()) {
        if (typeof item === "string") found.push({ keyPath: [...keyPath, String(i)], value: item, assetTypes });
      }
    }
  };
  const dictionary = (value: { readonly [key: string]: unknown }, keys: readonly KeyFacts[], path: string[]) => {
    for (const [name, item] of Object.entries(value)) {
      const key = keyNamed(keys, name);
      if (key !== undefined) keyed(item, key, [...path, name]);
    }
  };
  const keyed = (value: unknown, key: KeyFacts, path: string[]) => {
    if (path.length > MAX_DEPTH) return;
    if (key.assetTypes !== undefined) return take(value, path, key.assetTypes);
    const below = keysBelow(key, facts.shapes);
    if (below === undefined) return;
    if (Array.isArray(value)) {
      for (const [i, element] of value.entries()) {
        const kind = elementFacts(below, element);
        if (kind !== undefined) keyed(element, kind, [...path, String(i)]);
      }
    } else if (isDictionary(value)) dictionary(value, below, path);
  };

  if (type === CONFIGURATIONS.type && Object.hasOwn(payload, CONFIGURATIONS.key)) {
    take(payload[CONFIGURATIONS.key], [CONFIGURATIONS.key], null);
  }
  dictionary(payload, facts.keys, []);
  return found;
}

function factsOf(type: string): DeclarationFacts | undefined {
  return Object.hasOwn(declarations, type) ? declarations[type] : undefined;
}
