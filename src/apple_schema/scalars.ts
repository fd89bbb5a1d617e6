/**
 * Single values against the type and the bounds of their key.
 *
 * Promise: never throws, and never shows a value that has no bounds: it may be a secret.
 *
 * @module
 */

import { Real } from "../protocol/plist/value.ts";
import type { KeyFacts, KeyType, Subtype } from "./types.ts";

/** Where values come from. In JSON, dates and data are strings. */
export type Form = "json" | "plist";

const DATE = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
const MAX_INTEGER = 2 ** 64;
/** Longest text that is matched with a pattern of the schema. */
const MAX_MATCHED = 10_000;

/** Returns a number of either form. */
const plain = (value: unknown): unknown => value instanceof Real ? value.value : value;

/** Whether `value` has the type. Containers are judged by their outside. */
export function hasType(given: unknown, type: KeyType, form: Form): boolean {
  const value = plain(given);
  switch (type) {
    case "string":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
    case "integer":
      return (typeof value === "number" && Number.isInteger(value) && Math.abs(value) < MAX_INTEGER) ||
        (form === "plist" && typeof value === "bigint");
    case "real":
      return (typeof value === "number" && Number.isFinite(value)) || (form === "plist" && typeof value === "bigint");
    case "date":
      return form === "plist" ? value instanceof Date : typeof value === "string" && isDate(value);
    case "data":
      return form === "plist" ? value instanceof Uint8Array : typeof value === "string" && isBase64(value);
    case "array":
      return Array.isArray(value);
    case "dictionary":
      return kindOf(value) === "a dictionary";
    case "any":
      return !["null", "nothing", "not a number", "of no known type"].includes(kindOf(value)) &&
        (form === "plist" || !["a date", "data", "a large integer"].includes(kindOf(value)));
  }
}

/** Returns the name of a type. */
export function typeName(type: KeyType, form: Form): string {
  switch (type) {
    case "array":
    case "integer":
      return `an ${type}`;
    case "data":
      return form === "plist" ? "data" : "data in base64";
    case "date":
      return form === "plist" ? "a date" : "a date like 2026-01-31T12:00:00Z";
    case "real":
      return "a number";
    case "any":
      return "a value";
    default:
      return `a ${type}`;
  }
}

/** Describes a value of the wrong type. A number is shown if the key has bounds: then it is not a secret. */
export function wrongKindOf(given: unknown, { type, values, range }: KeyFacts): string {
  const value = plain(given);
  const bounded = type === "boolean" || values !== undefined || range !== undefined;
  return bounded && typeof value === "number" && Number.isFinite(value) ? String(value) : kindOf(value);
}

/** Describes a value without showing it. */
export function kindOf(given: unknown): string {
  const value = plain(given);
  switch (typeof value) {
    case "string":
      return "a string";
    case "boolean":
      return "a boolean";
    case "number":
      if (!Number.isFinite(value)) return "not a number";
      if (!Number.isInteger(value)) return "a number with a fraction";
      return Number.isSafeInteger(value) ? "an integer" : "a large integer";
    case "bigint":
      return "a large integer";
    case "undefined":
      return "nothing";
    case "object":
      if (value === null) return "null";
      if (Array.isArray(value)) return "an array";
      if (value instanceof Date) return "a date";
      if (value instanceof Uint8Array) return "data";
      return "a dictionary";
    default:
      return "of no known type";
  }
}

/** Returns the bound that a value of the right type violates, as the end of a sentence; null if it violates none. */
export function outOfBounds(given: unknown, facts: KeyFacts): string | null {
  const value = plain(given);
  if (facts.values !== undefined && (typeof value === "string" || typeof value === "number")) {
    if (!facts.values.includes(value)) return `is ${shown(value)}, it should be ${choice(facts.values)}`;
  }
  const { min, max } = facts.range ?? {};
  if (typeof value === "number" || typeof value === "bigint") {
    if (min !== undefined && value < min) return `is ${value}, it should be at least ${min}`;
    if (max !== undefined && value > max) return `is ${value}, it should be at most ${max}`;
  }
  if (typeof value !== "string") return null;
  if (facts.subtype !== undefined && !hasSubtype(value, facts.subtype)) {
    return `is not of the right form, it should be ${SUBTYPE_NAMES[facts.subtype]}`;
  }
  if (facts.format !== undefined && value.length <= MAX_MATCHED && patternOf(facts.format)?.test(value) === false) {
    return `is not of the right form, it should match ${facts.format}`;
  }
  return null;
}

/** Choices as words: "A", "A or B", "one of A, B, C". */
export function choice(values: readonly (string | number)[]): string {
  const words = values.map((value) => typeof value === "string" ? `"${value}"` : String(value));
  return words.length <= 2 ? words.join(" or ") : `one of ${words.join(", ")}`;
}

/** Returns a value that has a list of choices, cut where it is long. */
export function shown(value: string | number): string {
  if (typeof value === "number") return String(value);
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}

function isDate(text: string): boolean {
  return text.length <= 64 && DATE.test(text) && !Number.isNaN(Date.parse(text));
}

function isBase64(text: string): boolean {
  try {
    Uint8Array.fromBase64(text);
    return true;
  } catch {
    return false;
  }
}

const SUBTYPE_NAMES: Readonly<Record<Subtype, string>> = {
  url: "a URL",
  hostname: "a host name",
  email: "an email address",
};

function hasSubtype(text: string, subtype: Subtype): boolean {
  switch (subtype) {
    case "url":
      return URL.canParse(text);
    case "hostname":
      return /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}$/.test(text);
    case "email":
      return text.length <= 320 && /^[^\s@]+@[^\s@]+$/.test(text);
  }
}

const patterns = new Map<string, RegExp | null>();

/** Returns the pattern, or null when it is not one that JavaScript has. */
function patternOf(format: string): RegExp | null {
  let pattern = patterns.get(format);
  if (pattern === undefined) {
    try {
      // Patterns of the published schema, each judged by a test; values are no longer than MAX_MATCHED.
      // deno-lint-ignore espalier/linear-pattern
      pattern = new RegExp(format, "u");
    } catch {
      pattern = null;
    }
    patterns.set(format, pattern);
  }
  return pattern;
}
