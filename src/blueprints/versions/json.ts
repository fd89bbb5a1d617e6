/**
 * JSON from outside, in the form that the database can store.
 *
 * @module
 */

import type { Json } from "../../../db/open.ts";

/** The accepted depth; content for devices has fewer than 20 levels. */
export const MAX_DEPTH = 64;

/** JSON that cannot be kept; the message is a sentence. */
export class JsonError extends Error {
  override readonly name = "JsonError";
}

function text(value: string): string {
  if (value.includes("\0") || !value.isWellFormed()) {
    throw new JsonError("Cannot keep the value: it has characters that XML text cannot hold");
  }
  return value;
}

/** Returns the value as JSON. Throws JsonError for one that is nested too deep or that PostgreSQL cannot hold. */
export function readJson(value: unknown, depth = 0): Json {
  if (depth > MAX_DEPTH) throw new JsonError(`Cannot keep the value: it is nested more than ${MAX_DEPTH} levels deep`);
  switch (typeof value) {
    case "string":
      return text(value);
    case "boolean":
      return value;
    case "number":
      if (!Number.isFinite(value)) throw new JsonError("Cannot keep the value: a number in it is too large");
      return value;
    case "object":
      if (value === null) return null;
      if (Array.isArray(value)) return value.map((item) => readJson(item, depth + 1));
      // `fromEntries` creates own properties whatever their names: a key `__proto__` stays a key.
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [text(key), readJson(item, depth + 1)]));
    default:
      throw new JsonError(`Cannot keep the value: it is a ${typeof value}`);
  }
}

/** Whether JSON is an object. */
export const isObject = (value: Json): value is { readonly [key: string]: Json | undefined } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Returns a text that is equal for equal JSON, whatever the order of keys. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const entries = Object.entries(value).flatMap(([key, item]) =>
    item === undefined ? [] : [`${JSON.stringify(key)}:${canonicalJson(item)}`]
  );
  return `{${entries.sort().join()}}`;
}
