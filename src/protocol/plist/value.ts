/**
 * The values a property list can hold, and the one error of its codecs.
 *
 * Promise: whatever the readers return is one of these types, free of NUL and lone surrogates, nested at most
 * `MAX_DEPTH` deep, and safe to walk recursively.
 *
 * @module
 */

import { foreignText } from "../../foreign_text.ts";

/**
 * A property list value. Integers that a `number` holds exactly are numbers, others are `bigint` (−2^63 … 2^64−1);
 * a real with an integral value is the same `number` as the integer, or a `Real` where the reader keeps the types apart.
 */
export type Plist = string | number | bigint | boolean | Date | Uint8Array | Real | Plist[] | PlistDict;

/** A real with an integral value, such as 2.0: as a `number` it would be written as an integer, which is another type. */
export class Real {
  constructor(readonly value: number) {}
}

/** How values are read. */
export type ReadOptions = {
  /** Whether reals with an integral value are `Real`: for values that are written back unchanged. */
  keepReals?: boolean;
  /** Values that the document may have, when that is less than any may. */
  maxValues?: number;
};

/** Returns a real as the options want it. */
export function realOf(value: number, { keepReals = false }: ReadOptions): number | Real {
  return keepReals && Number.isSafeInteger(value) ? new Real(value) : value;
}

/** A dictionary. Keys come from outside: read them with the getters of `plist.ts`, which see own properties only. */
export type PlistDict = { [key: string]: Plist };

/**
 * A property list that cannot be read or written. The message is a sentence with the actual and the expected content.
 */
export class PlistError extends Error {
  override name = "PlistError";
  constructor(message: string, options?: ErrorOptions) {
    super(foreignText(message), options);
  }
}

/** Returns why an input is not a property list, without the words that an error begins with. */
export const reasonOf = ({ message }: PlistError): string =>
  message.replace(/^Cannot read the (?:binary )?property list: /, "");

/** Levels of arrays and dictionaries that are accepted; Apple's own messages use fewer than 20. */
export const MAX_DEPTH = 128;

/** Bytes that are accepted, both as the document and as the sum of the values that it expands to. */
export const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Values that one document may have; in XML its references, comments and sections of CDATA count too, since each costs as
 * much as a value.
 */
export const MAX_VALUES = 2_000_000;

/** NUL characters that one document may have: Apple's writer emits those in a string, and each is replaced. */
export const MAX_NULS = 4096;

export const MIN_INTEGER = -(2n ** 63n);
export const MAX_INTEGER = 2n ** 64n - 1n;

/** Returns the number when it is exact, else the bigint. Throws `PlistError` outside −2^63 … 2^64−1. */
export function integerOf(value: bigint): number | bigint {
  if (value < MIN_INTEGER || value > MAX_INTEGER) {
    throw new PlistError(`Cannot read the property list: the integer ${value} does not fit in 64 bits`);
  }
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** Whether a value is a dictionary. */
export function isDict(value: Plist | undefined): value is PlistDict {
  return typeof value === "object" && !Array.isArray(value) && !(value instanceof Uint8Array) &&
    !(value instanceof Date) && !(value instanceof Real);
}

/**
 * Sets an own property whatever its name. A plain assignment to `__proto__` would replace the object's prototype, which
 * could make keys appear that the device never sent.
 */
export function setKey(dict: PlistDict, key: string, value: Plist): void {
  if (key === "__proto__") {
    Object.defineProperty(dict, key, { value, enumerable: true, configurable: true, writable: true });
  } else dict[key] = value;
}
