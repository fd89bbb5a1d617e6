/**
 * Property lists: one entry to the XML and binary codecs, and typed access to what they return.
 *
 * Promise: `parsePlist` reads both forms and throws only `PlistError`; the getters never throw, see own keys only, and
 * return `undefined` for a key that is absent or of another type.
 *
 * @module
 */

import { foreignText } from "../foreign_text.ts";
import { isBinary, readBinary } from "./plist/binary_reader.ts";
import {
  isDict,
  MAX_BYTES,
  type Plist,
  type PlistDict,
  PlistError,
  type ReadOptions,
  Real,
  reasonOf,
} from "./plist/value.ts";
import { xmlBytes } from "./plist/xml_bytes.ts";
import { readXml } from "./plist/xml_reader.ts";
import { writeXml } from "./plist/xml_writer.ts";

export { isDict, type Plist, type PlistDict, PlistError, Real, reasonOf };

const utf8 = new TextEncoder();
// ignoreBOM keeps the mark in the text; the reader steps over it.
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Returns the value of an XML or binary property list, distinguished by its first bytes.
 *
 * Throws `PlistError` for anything that is not exactly one property list: truncated, nested more than 128 levels, over
 * 64 MiB (also after expansion), with an internal DTD subset, a repeated key, or a value that its type cannot have.
 */
export function parsePlist(bytes: Uint8Array, options: ReadOptions = {}): Plist {
  if (bytes.length > MAX_BYTES) {
    throw new PlistError(`Cannot read the property list: it has ${bytes.length} bytes, ${MAX_BYTES} are accepted`);
  }
  if (bytes.length === 0) throw new PlistError("Cannot read the property list: it is empty");
  if (isBinary(bytes)) return readBinary(bytes, options);
  if ((bytes[0] === 0xfe && bytes[1] === 0xff) || (bytes[0] === 0xff && bytes[1] === 0xfe)) {
    throw new PlistError("Cannot read the property list: it is in UTF-16, it should be in UTF-8");
  }
  let text: string;
  try {
    text = strictUtf8.decode(xmlBytes(bytes));
  } catch (error) {
    if (error instanceof PlistError) throw error;
    throw new PlistError("Cannot read the property list: it is neither binary nor text in UTF-8");
  }
  return readXml(text, options);
}

/** Returns the XML property list of `value` in UTF-8. Throws `PlistError` for values that XML cannot contain. */
export function buildPlist(value: Plist): Uint8Array<ArrayBuffer> {
  return utf8.encode(writeXml(value));
}

/** Returns `value` as a dictionary. Throws `PlistError` when it is anything else. */
export function asDict(value: Plist): PlistDict {
  if (!isDict(value)) throw new PlistError(`Not a dictionary: the property list is ${kindOf(value)}`);
  return value;
}

/** Returns the own value under `key`, of whatever type. */
export function get(from: PlistDict, key: string): Plist | undefined {
  return Object.hasOwn(from, key) ? from[key] : undefined;
}

/** Returns the string under `key`, empty ones too. */
export function str(from: PlistDict, key: string): string | undefined {
  const value = get(from, key);
  return typeof value === "string" ? value : undefined;
}

/**
 * Returns the foreign text under `key`, in the form for storage: truncated and marked if it is long. Never for keys.
 */
export function text(from: PlistDict, key: string): string | undefined {
  const value = str(from, key);
  return value === undefined ? undefined : foreignText(value);
}

/** Returns the boolean under `key`. */
export function bool(from: PlistDict, key: string): boolean | undefined {
  const value = get(from, key);
  return typeof value === "boolean" ? value : undefined;
}

/** Returns the integer under `key` when a `number` holds it exactly. */
export function int(from: PlistDict, key: string): number | undefined {
  const value = get(from, key);
  return typeof value === "number" && Number.isSafeInteger(value) ? value : undefined;
}

/** Returns the bytes under `key`. */
export function data(from: PlistDict, key: string): Uint8Array | undefined {
  const value = get(from, key);
  return value instanceof Uint8Array ? value : undefined;
}

/** Returns the dictionary under `key`. */
export function dict(from: PlistDict, key: string): PlistDict | undefined {
  const value = get(from, key);
  return isDict(value) ? value : undefined;
}

/** Returns the array under `key`. */
export function array(from: PlistDict, key: string): Plist[] | undefined {
  const value = get(from, key);
  return Array.isArray(value) ? value : undefined;
}

/** Returns the dictionaries of the array under `key`; items of other types are left out, an absent array is empty. */
export function dicts(from: PlistDict, key: string): PlistDict[] {
  return (array(from, key) ?? []).filter(isDict);
}

/** Returns the name of a value's type with its article, for error sentences. */
export function kindOf(value: Plist): string {
  if (Array.isArray(value)) return "an array";
  if (value instanceof Uint8Array) return "data";
  if (value instanceof Date) return "a date";
  if (value instanceof Real) return "a number";
  switch (typeof value) {
    case "string":
      return "a string";
    case "boolean":
      return "a boolean";
    case "object":
      return "a dictionary";
    default:
      return "a number";
  }
}
