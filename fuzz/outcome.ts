/**
 * The outcome of reading one input.
 *
 * @module
 */

import type { Bytes, ReaderTarget } from "./readers/reader.ts";

/** It was accepted or regularly refused, with a signature that is the same for inputs of one kind; or it is a crash. */
export type Outcome =
  | { kind: "taken" | "refused"; sign: string }
  | { kind: "crash"; error: Error };

const asError = (error: unknown): Error => error instanceof Error ? error : new Error(`Threw ${String(error)}`);

/** The kind of a result: names and types, not contents; for errors by field, the sentences. */
function shapeOf(value: unknown, depth = 0): string {
  if (typeof value === "object" && value !== null && "errors" in value && value.errors !== undefined) {
    return `errors ${withoutContents(JSON.stringify(value.errors))}`;
  }
  if (Array.isArray(value)) return depth > 2 ? "[]" : `[${value.length === 0 ? "" : shapeOf(value[0], depth + 1)}]`;
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  if (depth > 2 || Object.getPrototypeOf(value) !== Object.prototype) return value.constructor?.name ?? "object";
  return `{${
    Object.entries(value).slice(0, 12).map(([key, inner]) => `${key.slice(0, 20)}:${shapeOf(inner, depth + 1)}`).join()
  }}`;
}

/** A sentence without what differs from input to input. */
const withoutContents = (sentence: string): string =>
  sentence.slice(0, 300).replace(/"[^"]*"?|<[^>]*>?|[^ -~]+/g, '""').replace(/[0-9a-f]*[0-9][0-9a-f]*/gi, "0").slice(
    0,
    70,
  );

const signOf = (error: Error): string => `${error.name} ${withoutContents(error.message)}`;

/** Reads one input and passes an accepted value to the reader's judge. */
export async function outcomeOf({ read, refuses, judge }: ReaderTarget, input: Bytes): Promise<Outcome> {
  let result: unknown;
  try {
    result = await read(input);
  } catch (error) {
    return refuses(error)
      ? { kind: "refused", sign: signOf(asError(error)) }
      : { kind: "crash", error: asError(error) };
  }
  try {
    await judge?.(input, result);
    return { kind: "taken", sign: shapeOf(result) };
  } catch (error) {
    return { kind: "crash", error: asError(error) };
  }
}
