/**
 * Declarations and commands that are generated from the facts of Apple's schema, mostly right and partly wrong.
 *
 * @module
 */

import { commandFacts, REQUEST_TYPES } from "../src/apple_schema/commands.ts";
import { declarationFacts } from "../src/apple_schema/declarations.ts";
import { keysBelow } from "../src/apple_schema/keys.ts";
import type { KeyFacts, PayloadFacts, Shapes } from "../src/apple_schema/types.ts";
import type { Random } from "./random.ts";
import { DECLARATION_TYPES } from "../simulators/published.ts";

type Made = { random: Random; shapes: Shapes | undefined; json: boolean };

const TEXTS = [
  "",
  "a",
  "https://example.com/",
  "a@b.c",
  "$ENROLLED_DEVICE.UDID",
  "${ENROLLED_DEVICE.NONE:-x}",
  "26.0",
  "ztl:a",
];
const MAX_DEPTH = 6;

function numberOf({ random }: Made, { range, values, type }: KeyFacts): number {
  const named = (values ?? []).filter((value) => typeof value === "number");
  if (named.length > 0 && random.chance(0.8)) return random.pick(named);
  const edges = [range?.min ?? 0, range?.max ?? 100, (range?.max ?? 100) + 1, (range?.min ?? 0) - 1, 2 ** 53, -0];
  return random.pick(edges) + (type === "real" && random.chance(0.5) ? 0.5 : 0);
}

function textOf({ random }: Made, { values }: KeyFacts): string {
  const named = (values ?? []).map(String);
  return named.length > 0 && random.chance(0.8) ? random.pick(named) : random.pick(TEXTS);
}

function valueOf(made: Made, facts: KeyFacts, depth: number): unknown {
  const { random, json } = made;
  const below = keysBelow(facts, made.shapes) ?? [];
  // Some values are of another type than they should be.
  const type = random.chance(0.05)
    ? random.pick(["string", "integer", "boolean", "array", "dictionary"] as const)
    : facts.type;
  switch (type) {
    case "integer":
    case "real":
      return numberOf(made, facts);
    case "boolean":
      return random.chance(0.5);
    case "date":
      return json ? "2026-06-15T12:00:00Z" : new Date(random.next() * 1000);
    case "data":
      return json ? "AAAA" : new Uint8Array(random.below(9));
    case "array": {
      if (depth > MAX_DEPTH) return [];
      const [first] = below;
      const count = random.below(4);
      return Array.from(
        { length: count },
        () => first === undefined ? "a" : valueOf(made, random.pick(below), depth + 1),
      );
    }
    case "dictionary":
      return depth > MAX_DEPTH ? {} : dictOf(made, below, depth + 1);
    default:
      return below.length > 0 ? random.pick(below).key : textOf(made, facts);
  }
}

function dictOf(made: Made, keys: readonly KeyFacts[], depth: number): Record<string, unknown> {
  const { random } = made;
  const dict: Record<string, unknown> = {};
  for (const facts of keys) {
    if (!random.chance(facts.required === true ? 0.95 : 0.4)) continue;
    const name = facts.key === "ANY" ? random.pick(["ANY", "a", "__proto__x", ""]) : facts.key;
    dict[random.chance(0.02) ? name.toLowerCase() : name] = valueOf(made, facts, depth);
  }
  return dict;
}

const payloadOf = (random: Random, facts: PayloadFacts | null, json: boolean) =>
  facts === null ? {} : dictOf({ random, shapes: facts.shapes, json }, facts.keys, 0);

/** A declaration as an operator may write it. */
export function inventDeclaration(random: Random): unknown {
  const type = random.pick(DECLARATION_TYPES);
  return {
    Type: type,
    Identifier: random.pick(["a", "b-1", "x".repeat(512)]),
    ServerToken: "t",
    Payload: payloadOf(random, declarationFacts(type), true),
  };
}

/** A command as an operator may write it. */
export function inventCommand(random: Random): unknown {
  const type = random.pick(REQUEST_TYPES);
  return { ...payloadOf(random, commandFacts(type), false), RequestType: type };
}
