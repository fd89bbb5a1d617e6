/**
 * Mutations of inputs by how they are built.
 *
 * @module
 */

import fc from "fast-check";
import { buildPlist, parsePlist, type Plist, PlistError } from "../../src/protocol/plist.ts";
import type { Random } from "../random.ts";
import type { Bytes, Form } from "../readers/reader.ts";
import { mutateBytes } from "./bytes.ts";
import { growDer, mutateDer } from "./der.ts";
import { growTree, type Leaves, mutateTree, type Tree } from "./tree.ts";
import { buildBinaryPlist } from "../../simulators/device/binary_plist.ts";

/** Bytes that a mutation may have: enough for each branch of a reader, few enough for many. */
const LONGEST = 32 * 1024;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

const texts = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.string({ unit: fc.constantFrom("\ud800", "\udfff", "\0", "\x1b", "a", "\uffff"), maxLength: 6 }),
  fc.constantFrom(
    "",
    " ",
    "Acknowledged",
    "Error",
    "NotNow",
    "Idle",
    "Device",
    "macOS",
    "Mac14,2",
    "iPhone15,2",
    "26.0",
  ),
  fc.constantFrom(
    "13.3.1 (a)",
    "-1",
    "0",
    "1e999",
    "true",
    "00008103-000000000000001E",
    "AAAA",
    "e30=",
    "x".repeat(5000),
  ),
  fc.uuid(),
  fc.emailAddress(),
  fc.webUrl(),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
);
const numbers = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(0, -0, 1, -1, 255, 256, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 53), 1e300, -1e-300, 9e15),
);
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    texts,
    numbers,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(texts, tie("value"), { maxKeys: 5, noNullPrototype: true }),
  ),
})).value;
const plist = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    texts,
    numbers,
    fc.boolean(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
    fc.date({ noInvalidDate: true }),
    fc.uint8Array({ maxLength: 60 }),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(texts, tie("value"), { maxKeys: 5, noNullPrototype: true }),
  ),
})).value;

const KEYS = ["__proto__", "constructor", "hasOwnProperty", "length", "then", "toJSON", "", "a.b", "0", "4294967295"];

/** Values of a form; they are made in lots, since making one costs as much as making many. */
export function leavesOf(form: Form, random: Random, words: readonly string[]): Leaves {
  const arbitrary = form === "json" ? json : plist;
  let lot: unknown[] = [];
  return {
    value() {
      if (words.length > 0 && random.chance(0.15)) return random.pick(words);
      if (lot.length === 0) lot = fc.sample(arbitrary, { seed: random.next() | 0, numRuns: 50 });
      return lot.pop();
    },
    key: () => words.length > 0 && random.chance(0.85) ? random.pick(words) : random.pick(KEYS),
  };
}

/** The tree that `input` says; undefined when it says none. */
function treeOf(form: Form, input: Bytes): { tree: Tree } | undefined {
  try {
    if (form === "json") return { tree: JSON.parse(decoder.decode(input)) };
    if (form === "plist") return { tree: parsePlist(input) };
  } catch {
    // Broken by an earlier mutation: changed as bytes from here on.
  }
  return undefined;
}

/** A tree in its form; undefined where the form has no place for it. */
export function writeTree(form: Form, random: Random, tree: Tree): Bytes | undefined {
  if (form === "json") {
    const text = JSON.stringify(tree);
    return text === undefined ? undefined : encoder.encode(text);
  }
  try {
    // Trees of this form hold nothing but its own values: they were parsed, or made by the arbitrary of the form.
    const value = tree as Plist;
    return random.chance(0.5) ? buildPlist(value) : buildBinaryPlist(value);
  } catch (error) {
    if (error instanceof PlistError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** `input` with one change that keeps to its form, most of the time. */
function once(form: Form, random: Random, input: Bytes, other: Bytes, leaves: Leaves): Bytes {
  if (form === "der" && random.chance(0.6)) {
    const changed = mutateDer(random, input, other);
    if (changed !== undefined) return changed;
  }
  if ((form === "json" || form === "plist") && random.chance(0.7)) {
    const found = treeOf(form, input);
    const changed = found === undefined ? undefined : writeTree(form, random, mutateTree(random, found.tree, leaves));
    if (changed !== undefined) return changed;
  }
  return mutateBytes(random, input, other);
}

/** `input` with some changes. */
export function mutate(form: Form, random: Random, input: Bytes, other: Bytes, leaves: Leaves): Bytes {
  let changed = input;
  const changes = 1 + random.below(random.chance(0.7) ? 3 : 8);
  for (let change = 0; change < changes; change++) changed = once(form, random, changed, other, leaves);
  return changed.length > LONGEST ? changed.slice(0, LONGEST) : changed;
}

/** Inputs of about a size that are `input` with something in it repeated. */
export function grown(form: Form, random: Random, input: Bytes): (size: number) => Bytes {
  const sized = (make: (count: number) => Bytes) => {
    const unit = Math.max(1, make(64).length - make(0).length) / 64;
    return (size: number) => make(Math.max(1, Math.floor((size - input.length) / unit)));
  };
  const found = treeOf(form, input);
  const tree = found === undefined ? undefined : growTree(random, found.tree);
  if (tree !== undefined && random.chance(0.6)) {
    const binary = random.chance(0.5) ? 0 : 1;
    const make = (count: number): Bytes => {
      const value = tree(count);
      if (form === "json") return encoder.encode(JSON.stringify(value));
      const list = value as Plist;
      return binary === 1 ? buildBinaryPlist(list) : buildPlist(list);
    };
    try {
      return sized(make);
    } catch {
      // What a binary list holds XML may not: its bytes are repeated.
    }
  }
  const der = form === "der" && random.chance(0.6) ? growDer(random, input) : undefined;
  if (der !== undefined) return sized(der);
  if (input.length === 0) return (size) => new Uint8Array(size);
  const length = Math.min(input.length, 1 + random.below(64));
  const start = random.below(input.length - length + 1);
  return (size) => {
    const count = Math.max(1, Math.floor((size - input.length) / Math.max(1, length)));
    const whole = new Uint8Array(input.length + count * length);
    whole.set(input.subarray(0, start));
    for (let index = 0; index < count; index++) {
      whole.set(input.subarray(start, start + length), start + index * length);
    }
    whole.set(input.subarray(start), start + count * length);
    return whole;
  };
}
