/**
 * Reading values out of a parsed YAML document, strictly.
 *
 * Promise: every getter returns the type that it names or throws a `SchemaError` with the position, the value and the
 * expected type.
 *
 * @module
 */

import { SchemaError } from "./error.ts";

/** A mapping of the document, and its position. */
export type Entry = { readonly at: string; readonly fields: ReadonlyMap<string, unknown> };

/** Returns `value` as a mapping. */
export function entry(value: unknown, at: string): Entry {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong(at, value, "a mapping");
  return { at, fields: new Map(Object.entries(value)) };
}

/** Returns the mapping under `name`, or undefined. */
export function optionalEntry(from: Entry, name: string): Entry | undefined {
  const value = from.fields.get(name);
  return value === undefined ? undefined : entry(value, `${from.at}, "${name}"`);
}

/** Returns the list under `name`, or undefined. It is the same object wherever an alias repeats it. */
export function optionalList(from: Entry, name: string): readonly unknown[] | undefined {
  const value = from.fields.get(name);
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw wrong(`${from.at}, "${name}"`, value, "a list");
  return value;
}

/** Returns the text under `name`, or undefined. */
export function optionalText(from: Entry, name: string): string | undefined {
  const value = from.fields.get(name);
  if (value === undefined) return undefined;
  if (typeof value !== "string" || value === "") throw wrong(`${from.at}, "${name}"`, value, "a text");
  return value;
}

/** Returns the text under `name`. */
export function text(from: Entry, name: string): string {
  const value = optionalText(from, name);
  if (value === undefined) throw new SchemaError(`Cannot read ${from.at}: it has no "${name}"`);
  return value;
}

/** Returns the boolean under `name`, or undefined. */
export function optionalFlag(from: Entry, name: string): boolean | undefined {
  const value = from.fields.get(name);
  if (value !== undefined && typeof value !== "boolean") {
    throw wrong(`${from.at}, "${name}"`, value, "true or false");
  }
  return value;
}

/** Returns the number under `name`, or undefined. */
export function optionalNumber(from: Entry, name: string): number | undefined {
  const value = from.fields.get(name);
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !Number.isFinite(value)) throw wrong(`${from.at}, "${name}"`, value, "a number");
  return value;
}

/** Returns `value` as one of `choices`. */
export function oneOf<T extends string>(value: unknown, choices: readonly T[], at: string): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw wrong(at, value, `one of ${choices.join(", ")}`);
  return found;
}

/** Returns the one of `choices` under `name`, or undefined. */
export function optionalChoice<T extends string>(from: Entry, name: string, choices: readonly T[]): T | undefined {
  const value = from.fields.get(name);
  return value === undefined ? undefined : oneOf(value, choices, `${from.at}, "${name}"`);
}

/** Returns the list of `choices` under `name`, or undefined. */
export function optionalChoices<T extends string>(from: Entry, name: string, choices: readonly T[]): T[] | undefined {
  return optionalList(from, name)?.map((value) => oneOf(value, choices, `${from.at}, "${name}"`));
}

/** Returns the list of texts under `name`, or undefined. */
export function optionalTexts(from: Entry, name: string): string[] | undefined {
  return optionalList(from, name)?.map((value) => {
    if (typeof value !== "string" || value === "") throw wrong(`${from.at}, "${name}"`, value, "a text");
    return value;
  });
}

/** Returns only the values that are present. */
export function present<T extends Record<string, unknown>>(
  values: T,
): { [K in keyof T]?: Exclude<T[K], undefined> };
export function present(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** Returns the refusal of a value. */
export function wrong(at: string, value: unknown, should: string): SchemaError {
  const shown = JSON.stringify(value, (_, part) => typeof part === "bigint" ? String(part) : part) ?? "nothing";
  return new SchemaError(`Cannot read ${at}: it is ${shown.slice(0, 80)}, it should be ${should}`);
}
