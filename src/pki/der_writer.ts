/**
 * Writes DER: each function gives the bytes of one element, so that structures read like their ASN.1.
 *
 * @module
 */
import { TAG } from "./der.ts";

/** Bytes that own their buffer, as Web Crypto and Response bodies want them. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Returns the parts, one after the other. */
export function concat(...parts: readonly Uint8Array[]): Bytes {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Returns an element with that identifier octet and the parts as its content. */
export function element(tag: number, ...parts: readonly Uint8Array[]): Bytes {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const header = size < 0x80
    ? [tag, size]
    : size < 0x100
    ? [tag, 0x81, size]
    : size < 0x10000
    ? [tag, 0x82, size >> 8, size & 0xff]
    : size < 0x1000000
    ? [tag, 0x83, size >> 16, (size >> 8) & 0xff, size & 0xff]
    : [tag, 0x84, size >>> 24, (size >> 16) & 0xff, (size >> 8) & 0xff, size & 0xff];
  return concat(Uint8Array.from(header), ...parts);
}

/** Returns an element of indefinite length (BER), as Apple's devices write them. */
export function indefinite(tag: number, ...parts: readonly Uint8Array[]): Bytes {
  return concat(Uint8Array.of(tag, 0x80), ...parts, Uint8Array.of(0, 0));
}

/** SEQUENCE. */
export const sequence = (...parts: readonly Uint8Array[]): Bytes => element(TAG.sequence, ...parts);

/** SET OF: the elements sorted as DER demands (X.690 section 11.6). */
export const setOf = (...parts: readonly Uint8Array[]): Bytes => element(TAG.set, ...parts.toSorted(compareBytes));

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Returns `[number]` constructed: an explicit tag, or an implicit one of a constructed type. */
export const context = (number: number, ...parts: readonly Uint8Array[]): Bytes => element(0xa0 | number, ...parts);

/** Returns `[number]` primitive: an implicit tag of a primitive type. */
export const contextPrimitive = (number: number, content: Uint8Array): Bytes => element(0x80 | number, content);

/** INTEGER of a non-negative number, or of big-endian bytes that are read as non-negative. */
export function integer(value: number | bigint | Uint8Array): Bytes {
  let bytes: Uint8Array;
  if (value instanceof Uint8Array) {
    let from = 0;
    while (from < value.length - 1 && value[from] === 0) from++;
    bytes = value.length === 0 ? Uint8Array.of(0) : value.subarray(from);
  } else {
    const hex = value.toString(16);
    bytes = Uint8Array.fromHex(hex.length % 2 === 0 ? hex : "0" + hex);
  }
  return ((bytes[0] ?? 0) & 0x80) !== 0 ? element(TAG.integer, Uint8Array.of(0), bytes) : element(TAG.integer, bytes);
}

/** OBJECT IDENTIFIER of a dotted form. */
export function oid(dotted: string): Bytes {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes: number[] = [];
  for (const arc of [first * 40 + second, ...rest]) {
    const groups = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) groups.unshift(0x80 | (left % 128));
    bytes.push(...groups);
  }
  return element(TAG.oid, Uint8Array.from(bytes));
}

/** OCTET STRING. */
export const octets = (bytes: Uint8Array): Bytes => element(TAG.octetString, bytes);

/** NULL. */
export const nil = (): Bytes => element(TAG.null);

const encoder = new TextEncoder();

/** UTF8String. */
export const utf8String = (text: string): Bytes => element(TAG.utf8String, encoder.encode(text));

/** PrintableString; the caller knows that the text fits. */
export const printableString = (text: string): Bytes => element(TAG.printableString, encoder.encode(text));

/** UTCTime until 2049, GeneralizedTime from 2050 on (RFC 5280 section 4.1.2.5). */
export function time(date: Date): Bytes {
  const digits = date.toISOString().replace(/\.\d+Z$/, "Z").replace(/[-:T]/g, "");
  const year = date.getUTCFullYear();
  return year >= 1950 && year < 2050
    ? element(TAG.utcTime, encoder.encode(digits.slice(2)))
    : element(TAG.generalizedTime, encoder.encode(digits));
}

/** AlgorithmIdentifier, with the parameters given (`nil()` for the RSA family, none for ECDSA). */
export const algorithm = (dotted: string, parameters?: Uint8Array): Bytes =>
  parameters === undefined ? sequence(oid(dotted)) : sequence(oid(dotted), parameters);
