/**
 * The schema's list of skip keys as facts.
 *
 * @module
 */

import { type SkipKeyFacts, SYSTEMS, type Systems } from "../types.ts";
import { SchemaError } from "./error.ts";
import { type Entry, entry, optionalEntry, optionalList, text } from "./input.ts";
import type { LeftOut } from "./keys.ts";
import { readSystems } from "./systems.ts";

/** Returns the skip keys of the document, by key. A system that a key does not name has the versions of the whole list. */
export function readSkipKeys(document: Entry, leftOut: LeftOut): Map<string, SkipKeyFacts> {
  const payload = optionalEntry(document, "payload");
  const all = payload === undefined ? {} : readSystems(payload, leftOut) ?? {};
  const found = new Map<string, SkipKeyFacts>();
  for (const [index, item] of (optionalList(document, "payloadkeys") ?? []).entries()) {
    const given = entry(item, `${document.at}, key ${index + 1}`);
    const key = text(given, "key");
    if (found.has(key)) throw new SchemaError(`Cannot read ${given.at}: "${key}" is there twice`);
    found.set(key, {
      title: plain(text(given, "title")),
      description: plain(text(given, "content")),
      systems: merged(all, readSystems(given, leftOut) ?? {}),
    });
  }
  if (found.size === 0) throw new SchemaError(`Cannot read ${document.at}: it has no skip keys`);
  return found;
}

function merged(all: Systems, own: Systems): Systems {
  const systems: { -readonly [S in keyof Systems]: Systems[S] } = {};
  for (const system of SYSTEMS) {
    const support = own[system] ?? all[system];
    if (support !== undefined) systems[system] = support;
  }
  return systems;
}

/** A text without its line breaks and the signs of a note. */
const plain = (text: string): string => text.split(/\s+/).filter((word) => word !== ">" && word !== "").join(" ");
