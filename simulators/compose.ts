/**
 * Values of the keys of Apple's schema: the answers of simulated devices, and the arguments of tests.
 *
 * Pure: the same facts and target give the same values.
 *
 * @module
 */

import { keysBelow, MAX_DEPTH } from "../src/apple_schema/keys.ts";
import { inherit, obstacle, supportFor } from "../src/apple_schema/support.ts";
import type { SchemaTarget } from "../src/apple_schema/target.ts";
import type { KeyFacts, PayloadFacts, Shapes, Support } from "../src/apple_schema/types.ts";
import { type Plist, type PlistDict, Real } from "../src/protocol/plist.ts";

/** Levels of keys that contain themselves. */
const MAX_REPEATS = 3;
const WHEN = new Date("2026-02-03T04:05:06Z");

type Around = { shapes: Shapes | undefined; target: SchemaTarget };

/** Returns a payload with every key that the target has. */
export function compose(
  { keys, shapes, systems }: Pick<PayloadFacts, "keys" | "shapes"> & Partial<Pick<PayloadFacts, "systems">>,
  target: SchemaTarget,
): PlistDict {
  return dictOf(keys, supportFor(systems, target), { shapes, target }, 1);
}

function dictOf(
  keys: readonly KeyFacts[],
  around: Support | false | undefined,
  context: Around,
  depth: number,
): PlistDict {
  const dict: PlistDict = {};
  for (const key of keys) {
    const support = inherit(around, supportFor(key.systems, context.target));
    if (depth > MAX_DEPTH || obstacle("", support, context.target) !== null) continue;
    const value = valueOf(key, support, context, depth);
    if (value !== undefined) dict[key.key === "ANY" ? "com.example.any" : key.key] = value;
  }
  return dict;
}

function valueOf(
  key: KeyFacts,
  support: Support | false | undefined,
  context: Around,
  depth: number,
): Plist | undefined {
  const below = keysBelow(key, context.shapes);
  switch (key.type) {
    case "array": {
      if (depth > MAX_REPEATS * 4) return [];
      const elements = (below ?? []).flatMap((kind) => {
        const own = inherit(support, supportFor(kind.systems, context.target));
        if (obstacle("", own, context.target) !== null) return [];
        return valueOf(kind, own, context, depth + 1) ?? [];
      });
      const least = below?.[0]?.repetition?.min ?? 1;
      const [first] = elements;
      while (first !== undefined && elements.length < least) elements.push(first);
      return elements;
    }
    case "dictionary":
      if (key.shape !== undefined && depth > MAX_REPEATS * 2) return key.required === true ? {} : undefined;
      return below === undefined ? {} : dictOf(below, support, context, depth + 1);
    case "boolean":
      return typeof key.default === "boolean" ? key.default : true;
    case "integer":
      return numberOf(key);
    case "real":
      return new Real(numberOf(key));
    case "data":
      return new TextEncoder().encode(`data of ${key.key}`);
    case "date":
      return WHEN;
    case "any":
      return "a value";
    case "string":
      return textOf(key, below, context);
  }
}

function numberOf({ values, range, default: given }: KeyFacts): number {
  const [first] = values ?? [];
  if (typeof first === "number") return first;
  return typeof given === "number" ? given : range?.min ?? Math.min(1, range?.max ?? 1);
}

const OF_SUBTYPE = { url: "https://www.example.com/", hostname: "www.example.com", email: "a@example.com" };
/** Texts for the patterns of the schema. */
const OF_FORMAT = [
  "12:34",
  "AB12CD34-1234-4ABC-8DEF-0123456789AB",
  "2026-02-03",
  "123456",
  "12",
  "a",
  "1.2.3",
  "en-US",
];

function textOf(key: KeyFacts, below: readonly KeyFacts[] | undefined, { target }: Around): string {
  const [first] = key.values ?? [];
  if (typeof first === "string") return first;
  const known = below?.find((one) => obstacle("", supportFor(one.systems, target), target) === null);
  if (known !== undefined && known.key !== "ANY") return known.key;
  if (key.subtype !== undefined) return OF_SUBTYPE[key.subtype];
  const { format } = key;
  if (format !== undefined) return OF_FORMAT.find((text) => new RegExp(format, "u").test(text)) ?? "a";
  return `${key.key} text`;
}
