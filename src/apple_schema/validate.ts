/**
 * A payload against the facts of its keys: types, presence, bounds, and unknown keys.
 *
 * Promise: never throws, whatever the payload is; stops at limits of depth, size and number of issues.
 *
 * @module
 */

import { discriminatorOf, elementFacts, isDictionary, joinPath, keyNamed, keysBelow, MAX_DEPTH, own } from "./keys.ts";
import { choice, type Form, hasType, kindOf, outOfBounds, shown, typeName, wrongKindOf } from "./scalars.ts";
import type { KeyFacts, PayloadFacts, SchemaIssue, Shapes } from "./types.ts";

/** Issues after which no more are looked for. */
export const MAX_ISSUES = 50;

/** Values that a payload may hold. */
export const MAX_VALUES = 100_000;

/** Options for checking a payload. */
export type ValidateOptions = {
  /** Keys of the payload itself that are not checked. */
  passed?: readonly string[];
  /** The prefix of all paths: the position of the payload. */
  path?: string;
  /** Whether the form and the value of a text are still unknown; its type is known. */
  isOpen?: (text: string) => boolean;
};

type State = {
  form: Form;
  isOpen: (text: string) => boolean;
  shapes: Shapes | undefined;
  issues: SchemaIssue[];
  values: number;
};

/**
 * Returns the issues of a payload. A key is required only if every system that supports the payload supports the key.
 */
export function validatePayload(
  facts: PayloadFacts,
  payload: unknown,
  form: Form = "json",
  { passed = [], path = "", isOpen = () => false }: ValidateOptions = {},
): SchemaIssue[] {
  const state: State = { form, isOpen, shapes: facts.shapes, issues: [], values: 0 };
  if (!isDictionary(payload)) {
    return [{ path, message: `The payload is ${kindOf(payload)}, it should be a dictionary` }];
  }
  dictionary(payload, facts.keys, path, 1, state, passed);
  return state.issues;
}

/** Whether a key is required on every system that supports it, as far as its own facts say. */
function demanded(key: KeyFacts): boolean {
  return key.required === true && key.key !== "ANY" &&
    Object.values(key.systems ?? {}).every((support) =>
      support !== false && support.introduced === undefined && support.removed === undefined
    );
}

function dictionary(
  value: { readonly [key: string]: unknown },
  keys: readonly KeyFacts[],
  path: string,
  depth: number,
  state: State,
  passed: readonly string[] = [],
): void {
  for (const key of keys) {
    if (demanded(key) && !Object.hasOwn(value, key.key)) {
      add(state, joinPath(path, key.key), `is missing, it should be ${typeName(key.type, state.form)}`);
    }
  }
  for (const [name, item] of Object.entries(value)) {
    if (full(state)) return;
    if (passed.includes(name)) continue;
    const key = keyNamed(keys, name);
    if (key === undefined) unknownKey(keys, path, name, state);
    else anyValue(item, key, joinPath(path, name), depth, state);
  }
}

function unknownKey(keys: readonly KeyFacts[], path: string, name: string, state: State): void {
  const meant = keys.find((key) => key.key.toLowerCase() === name.toLowerCase());
  const should = meant === undefined
    ? keys.length === 0 ? "there should be none" : ofFew(keys.map((key) => key.key))
    : `it should be "${meant.key}"`;
  add(state, joinPath(path, name), `is not a known key${should === "" ? "" : `, ${should}`}`);
}

const ofFew = (names: readonly string[]): string => names.length > 8 ? "" : `it should be ${choice(names)}`;

function anyValue(value: unknown, facts: KeyFacts, path: string, depth: number, state: State): void {
  if (!counted(path, depth, state)) return;
  if (!hasType(value, facts.type, state.form)) {
    // A string that is not the text of a date or of data needs no sentence of its own: the expected type says it.
    add(state, path, `is ${wrongKindOf(value, facts)}, it should be ${typeName(facts.type, state.form)}`);
    return;
  }
  if (typeof value === "string" && state.isOpen(value)) return;
  const bounds = outOfBounds(value, facts);
  if (bounds !== null) {
    add(state, path, bounds);
    return;
  }
  const below = keysBelow(facts, state.shapes);
  if (Array.isArray(value)) array(value, below, path, depth, state);
  else if (isDictionary(value)) {
    if (below === undefined) free(value, path, depth, state);
    else dictionary(value, below, path, depth + 1, state);
  } else if (typeof value === "string" && below !== undefined && keyNamed(below, value) === undefined) {
    add(state, path, `is ${shown(value)}, which is not a value that Apple publishes for it`);
  }
}

function array(
  value: readonly unknown[],
  kinds: readonly KeyFacts[] | undefined,
  path: string,
  depth: number,
  state: State,
): void {
  if (kinds === undefined) return free(value, path, depth, state);
  const { min, max } = kinds[0]?.repetition ?? {};
  if (min !== undefined && max !== undefined && (value.length < min || value.length > max)) {
    const should = min === max ? String(min) : `${min} to ${max}`;
    add(state, path, `has ${value.length} elements, it should have ${should}`);
  }
  for (const [i, element] of value.entries()) {
    if (full(state)) return;
    const facts = elementFacts(kinds, element);
    const at = joinPath(path, i);
    if (facts === undefined) noKind(kinds, element, at, state);
    else anyValue(element, facts, at, depth + 1, state);
  }
}

function noKind(kinds: readonly KeyFacts[], element: unknown, path: string, state: State): void {
  const by = discriminatorOf(kinds);
  if (!isDictionary(element) || by === undefined) {
    add(state, path, `is ${kindOf(element)}, it should be a dictionary`);
    return;
  }
  const named = own(element, by.key);
  const is = typeof named === "string" ? shown(named) : named === undefined ? "missing" : kindOf(named);
  add(state, joinPath(path, by.key), `is ${is}, it should be ${choice(by.values)}`);
}

/** A value of any type must still be one that can be sent. */
function free(root: unknown, path: string, depth: number, state: State): void {
  const pending: { value: unknown; path: string; depth: number }[] = [{ value: root, path, depth }];
  for (let next = pending.pop(); next !== undefined && !full(state); next = pending.pop()) {
    const { value, path, depth } = next;
    if (!counted(path, depth, state)) return;
    if (!hasType(value, "any", state.form)) {
      add(state, path, `is ${kindOf(value)}, it should be ${typeName("any", state.form)}`);
    } else if (Array.isArray(value)) {
      for (const [i, item] of value.entries()) pending.push({ value: item, path: joinPath(path, i), depth: depth + 1 });
    } else if (isDictionary(value)) {
      for (const [key, item] of Object.entries(value)) {
        pending.push({ value: item, path: joinPath(path, key), depth: depth + 1 });
      }
    }
    if (pending.length > MAX_VALUES) return tooMany(state);
  }
}

/** Counts a value. False at a limit, which has become an issue. */
function counted(path: string, depth: number, state: State): boolean {
  if (depth > MAX_DEPTH) {
    add(state, path, `is nested more than ${MAX_DEPTH} levels deep, which is the most`);
    return false;
  }
  if (++state.values > MAX_VALUES) {
    tooMany(state);
    return false;
  }
  return true;
}

function tooMany(state: State): void {
  const message = `The payload holds more than ${MAX_VALUES} values, which is the most`;
  if (state.issues.at(-1)?.message !== message) state.issues.push({ path: "", message });
}

const full = (state: State): boolean => state.issues.length >= MAX_ISSUES || state.values > MAX_VALUES;

function add(state: State, path: string, message: string): void {
  if (state.issues.length >= MAX_ISSUES) return;
  const where = path.length > 300 ? `${path.slice(0, 300)}…` : path;
  state.issues.push({ path: where, message: `"${where}" ${message}` });
}
