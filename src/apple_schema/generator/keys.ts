/**
 * `payloadkeys` and `subkeys` of the schema as facts.
 *
 * Promise: lists that an alias repeats become named shapes, so that a list may contain itself.
 *
 * @module
 */

import { COMBINE_TYPES, KEY_TYPES, type KeyFacts, type Shapes, SUBTYPES } from "../types.ts";
import { SchemaError } from "./error.ts";
import {
  type Entry,
  entry,
  optionalChoice,
  optionalEntry,
  optionalList,
  optionalNumber,
  optionalText,
  optionalTexts,
  present,
  text,
  wrong,
} from "./input.ts";
import { readSystems } from "./systems.ts";

const ATTRIBUTES = new Set([
  ...["key", "type", "presence", "supportedOS", "range", "rangelist", "subtype", "format", "default", "repetition"],
  ...["combinetype", "assettypes", "asset-content-types", "subkeys", "subkeytype"],
  // Texts.
  ...["title", "content"],
]);

/** The longest text that can be a fact; a longer text is prose in the wrong place. */
const MAX_TEXT = 200;

/** Told of every attribute that is not understood. */
export type LeftOut = (attribute: string) => void;

/** Returns the keys of a payload, or those of an answer, and the shapes that they name. */
export function readKeys(
  of: Entry,
  leftOut: LeftOut,
  name: "payloadkeys" | "responsekeys" = "payloadkeys",
): { keys: readonly KeyFacts[]; shapes: Shapes | undefined } {
  const list = optionalList(of, name) ?? [];
  const repeated = repeatedLists(list, of.at);
  const names = new Map<readonly unknown[], string>();
  const shapes: Record<string, readonly KeyFacts[]> = {};

  const readList = (items: readonly unknown[], at: string): KeyFacts[] =>
    items.map((item, i) => readKey(entry(item, `${at}, key ${i + 1}`), at));
  const subkeys = (from: Entry, key: string): Pick<KeyFacts, "keys" | "shape"> => {
    const items = optionalList(from, "subkeys");
    if (items === undefined) return {};
    if (items.length === 0) throw new SchemaError(`Cannot read ${from.at}: "subkeys" is empty`);
    if (!repeated.has(items)) return { keys: readList(items, from.at) };
    const known = names.get(items);
    if (known !== undefined) return { shape: known };
    const name = unused(optionalText(from, "subkeytype") ?? key, new Set(names.values()));
    // Before its keys are read: they may lead back to it.
    names.set(items, name);
    shapes[name] = readList(items, from.at);
    return { shape: name };
  };
  const readKey = (from: Entry, parent: string): KeyFacts => {
    const key = text(from, "key");
    const here: Entry = { at: `${parent}, "${key}"`, fields: from.fields };
    for (const name of here.fields.keys()) if (!ATTRIBUTES.has(name)) leftOut(`key ${name}`);
    return {
      // Some wildcards name their kind: "ANY profile identifier".
      key: /^ANY( |$)/.test(key) ? "ANY" : key,
      type: bracketed(here, "type", KEY_TYPES),
      ...present({
        required: required(here) || undefined,
        systems: readSystems(here, leftOut),
        range: range(here),
        values: values(here),
        subtype: here.fields.has("subtype") ? bracketed(here, "subtype", SUBTYPES) : undefined,
        format: optionalText(here, "format"),
        default: defaultValue(here),
        repetition: repetition(here),
        combine: optionalChoice(here, "combinetype", COMBINE_TYPES),
        assetTypes: optionalTexts(here, "assettypes"),
        contentTypes: optionalTexts(here, "asset-content-types"),
      }),
      ...subkeys(here, key),
    };
  };

  const keys = readList(list, of.at);
  return { keys, shapes: names.size === 0 ? undefined : shapes };
}

/** Returns the lists that are reached more than once. */
function repeatedLists(root: readonly unknown[], at: string): ReadonlySet<readonly unknown[]> {
  const seen = new Set<readonly unknown[]>();
  const repeated = new Set<readonly unknown[]>();
  const pending = [root];
  for (let list = pending.pop(); list !== undefined; list = pending.pop()) {
    if (seen.has(list)) {
      repeated.add(list);
      continue;
    }
    seen.add(list);
    for (const item of list) {
      const subkeys = optionalList(entry(item, `${at}, a key`), "subkeys");
      if (subkeys !== undefined) pending.push(subkeys);
    }
  }
  return repeated;
}

function unused(name: string, taken: ReadonlySet<string>): string {
  let candidate = name;
  for (let i = 2; taken.has(candidate); i++) candidate = `${name}${i}`;
  return candidate;
}

/** `<string>` as "string". */
function bracketed<T extends string>(of: Entry, name: string, choices: readonly T[]): T {
  const value = text(of, name);
  const found = choices.find((choice) => value === `<${choice}>`);
  if (found === undefined) {
    throw wrong(`${of.at}, "${name}"`, value, `one of ${choices.map((choice) => `<${choice}>`).join(", ")}`);
  }
  return found;
}

const required = (of: Entry): boolean => optionalChoice(of, "presence", ["required", "optional"]) === "required";

function range(of: Entry): KeyFacts["range"] {
  const given = optionalEntry(of, "range");
  const bounds = given && present({ min: optionalNumber(given, "min"), max: optionalNumber(given, "max") });
  if (bounds?.min !== undefined && bounds.max !== undefined && bounds.min > bounds.max) {
    throw new SchemaError(`Cannot read ${of.at}: its range ends at ${bounds.max}, before it begins at ${bounds.min}`);
  }
  return bounds;
}

function repetition(of: Entry): KeyFacts["repetition"] {
  const given = optionalEntry(of, "repetition");
  if (given === undefined) return undefined;
  const [min, max] = [optionalNumber(given, "min"), optionalNumber(given, "max")];
  if (min === undefined || max === undefined || min > max) {
    throw new SchemaError(`Cannot read ${given.at}: it should have a "min" and a "max" that is not smaller`);
  }
  return { min, max };
}

function values(of: Entry): (string | number)[] | undefined {
  const type = of.fields.get("type");
  return optionalList(of, "rangelist")?.map((value) => {
    const at = `${of.at}, "rangelist"`;
    if (type === "<string>" && typeof value === "string" && value.length <= MAX_TEXT) return value;
    if ((type === "<integer>" || type === "<real>") && typeof value === "number") return value;
    throw wrong(at, value, `a value of the type ${String(type)}`);
  });
}

function defaultValue(of: Entry): string | number | boolean | undefined {
  const value = of.fields.get("default");
  if (value === undefined || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value === "string" && value.length <= MAX_TEXT) return value;
  throw wrong(`${of.at}, "default"`, value, `a text of at most ${MAX_TEXT} characters, a number or a boolean`);
}
