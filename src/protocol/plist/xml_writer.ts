/**
 * A property list writer for XML, in the form Apple's own tools write.
 *
 * Promise: the result is well-formed and reads back to the same value, or `PlistError` is thrown; text that XML cannot
 * carry is refused rather than dropped.
 *
 * @module
 */

import { MAX_DEPTH, MAX_INTEGER, MIN_INTEGER, type Plist, PlistError, Real } from "./value.ts";

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n' +
  '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n' +
  '<plist version="1.0">\n';

// deno-lint-ignore no-control-regex
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;
const SPECIAL = /[&<>\r]/;

function fail(reason: string): never {
  throw new PlistError(`Cannot write the property list: ${reason}`);
}

/** Returns the XML document of `value`, with Apple's document type and a line end at its end. Throws `PlistError`. */
export function writeXml(value: Plist): string {
  return `${HEAD}${element(value, 0, "")}</plist>\n`;
}

function escape(text: string): string {
  if (FORBIDDEN.test(text) || !text.isWellFormed()) {
    fail("a string holds a control character or half a character, which XML cannot carry");
  }
  if (!SPECIAL.test(text)) return text;
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\r", "&#13;");
}

function element(value: Plist, depth: number, indent: string): string {
  if (depth > MAX_DEPTH) fail(`it is nested more than ${MAX_DEPTH} levels deep`);
  switch (typeof value) {
    case "string":
      return `${indent}<string>${escape(value)}</string>\n`;
    case "boolean":
      return value ? `${indent}<true/>\n` : `${indent}<false/>\n`;
    case "number":
      if (Number.isSafeInteger(value) && !Object.is(value, -0)) return `${indent}<integer>${value}</integer>\n`;
      return `${indent}<real>${realText(value)}</real>\n`;
    case "bigint":
      if (value < MIN_INTEGER || value > MAX_INTEGER) fail(`the integer ${value} does not fit in 64 bits`);
      return `${indent}<integer>${value}</integer>\n`;
    case "object":
      return container(value, depth, indent);
    default:
      return fail(`a value is of the type ${typeof value}`);
  }
}

function container(value: Exclude<Plist, string | boolean | number | bigint>, depth: number, indent: string): string {
  if (value instanceof Uint8Array) return `${indent}<data>${value.toBase64()}</data>\n`;
  if (value instanceof Date) return `${indent}<date>${dateText(value)}</date>\n`;
  if (value instanceof Real) return `${indent}<real>${realText(value.value)}</real>\n`;
  const inner = `${indent}\t`;
  if (Array.isArray(value)) {
    if (value.length === 0) return `${indent}<array/>\n`;
    let text = `${indent}<array>\n`;
    for (const item of value) text += element(item, depth + 1, inner);
    return `${text}${indent}</array>\n`;
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return `${indent}<dict/>\n`;
  let text = `${indent}<dict>\n`;
  for (const [key, item] of entries) text += `${inner}<key>${escape(key)}</key>\n${element(item, depth + 1, inner)}`;
  return `${text}${indent}</dict>\n`;
}

function realText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "+infinity" : "-infinity";
  return Object.is(value, -0) ? "-0.0" : String(value);
}

/** Whole seconds: XML property lists have no fractions. */
function dateText(date: Date): string {
  const year = date.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) fail("a date is not in the years 0 to 9999");
  return `${date.toISOString().slice(0, 19)}Z`;
}
