/**
 * A property list writer for Apple's binary form, version `bplist00`.
 *
 * Promise: the result reads back to the same value in every reader of the format; equal strings are stored once.
 *
 * @module
 */

import {
  isDict,
  MAX_DEPTH,
  MAX_INTEGER,
  MIN_INTEGER,
  type Plist,
  PlistError,
  Real,
} from "../../src/protocol/plist/value.ts";

const EPOCH = Date.UTC(2001, 0, 1);
const HEADER = [0x62, 0x70, 0x6c, 0x69, 0x73, 0x74, 0x30, 0x30];

function fail(reason: string): never {
  throw new PlistError(`Cannot write the property list: ${reason}`);
}

type Node = { bytes: Uint8Array } | { marker: number; count: number; refs: number[] };

/** Returns the binary document of `value`. Throws `PlistError`. */
export function buildBinaryPlist(value: Plist): Uint8Array<ArrayBuffer> {
  const nodes: Node[] = [];
  const strings = new Map<string, number>();

  const add = (value: Plist, depth: number): number => {
    if (depth > MAX_DEPTH) fail(`it is nested more than ${MAX_DEPTH} levels deep`);
    if (typeof value === "string") {
      const known = strings.get(value);
      if (known !== undefined) return known;
      strings.set(value, nodes.length);
    }
    const index = nodes.length;
    if (Array.isArray(value)) {
      const refs: number[] = [];
      nodes.push({ marker: 0xa0, count: value.length, refs });
      for (const item of value) refs.push(add(item, depth + 1));
    } else if (isDict(value)) {
      const entries = Object.entries(value);
      const refs: number[] = [];
      nodes.push({ marker: 0xd0, count: entries.length, refs });
      for (const [key] of entries) refs.push(add(key, depth + 1));
      for (const [, item] of entries) refs.push(add(item, depth + 1));
    } else nodes.push({ bytes: leaf(value) });
    return index;
  };
  const top = add(value, 0);

  const refSize = widthOf(nodes.length);
  const parts: Uint8Array[] = [Uint8Array.from(HEADER)];
  const offsets: number[] = [];
  let length = HEADER.length;
  const push = (part: Uint8Array) => {
    parts.push(part);
    length += part.length;
  };
  for (const node of nodes) {
    offsets.push(length);
    if ("bytes" in node) push(node.bytes);
    else {
      push(head(node.marker, node.count));
      push(numbers(node.refs, refSize));
    }
  }
  const table = length;
  const offsetSize = widthOf(table);
  push(numbers(offsets, offsetSize));
  const trailer = new Uint8Array(32);
  const view = new DataView(trailer.buffer);
  trailer[6] = offsetSize;
  trailer[7] = refSize;
  view.setBigUint64(8, BigInt(nodes.length));
  view.setBigUint64(16, BigInt(top));
  view.setBigUint64(24, BigInt(table));
  push(trailer);

  const document = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    document.set(part, at);
    at += part.length;
  }
  return document;
}

const widthOf = (value: number): number => value < 0x100 ? 1 : value < 0x10000 ? 2 : value < 0x1000000 ? 3 : 4;

function numbers(values: readonly number[], size: number): Uint8Array {
  const bytes = new Uint8Array(values.length * size);
  values.forEach((value, index) => {
    for (let i = 0; i < size; i++) bytes[index * size + i] = Math.floor(value / 256 ** (size - 1 - i)) % 256;
  });
  return bytes;
}

function head(marker: number, count: number): Uint8Array {
  if (count < 15) return Uint8Array.of(marker | count);
  const power = count < 0x100 ? 0 : count < 0x10000 ? 1 : 2;
  return Uint8Array.of(marker | 0xf, 0x10 | power, ...numbers([count], 1 << power));
}

function joined(head: Uint8Array, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}

function real(marker: number, value: number): Uint8Array {
  const bytes = new Uint8Array(9);
  bytes[0] = marker;
  new DataView(bytes.buffer).setFloat64(1, value);
  return bytes;
}

function leaf(value: Plist): Uint8Array {
  if (typeof value === "boolean") return Uint8Array.of(value ? 0x09 : 0x08);
  if (typeof value === "string") return text(value);
  if (typeof value === "bigint") return integer(value);
  if (typeof value === "number") {
    return Number.isSafeInteger(value) && !Object.is(value, -0) ? integer(BigInt(value)) : real(0x23, value);
  }
  if (value instanceof Real) return real(0x23, value.value);
  if (value instanceof Uint8Array) return joined(head(0x40, value.length), value);
  if (value instanceof Date && !Number.isNaN(value.getTime())) return real(0x33, (value.getTime() - EPOCH) / 1000);
  return fail("a value is of a type that property lists do not have");
}

function text(value: string): Uint8Array {
  let plain = true;
  for (let i = 0; i < value.length && plain; i++) plain = value.charCodeAt(i) < 0x80;
  const bytes = new Uint8Array(plain ? value.length : value.length * 2);
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (plain) bytes[i] = code;
    else {
      bytes[2 * i] = code >> 8;
      bytes[2 * i + 1] = code & 0xff;
    }
  }
  return joined(head(plain ? 0x50 : 0x60, value.length), bytes);
}

function integer(value: bigint): Uint8Array {
  if (value < MIN_INTEGER || value > MAX_INTEGER) fail(`the integer ${value} does not fit in 64 bits`);
  if (value >= 0n && value < 0x100000000n) {
    const power = value < 0x100n ? 0 : value < 0x10000n ? 1 : 2;
    return Uint8Array.of(0x10 | power, ...numbers([Number(value)], 1 << power));
  }
  const wide = value > 0x7fff_ffff_ffff_ffffn;
  const bytes = new Uint8Array(wide ? 17 : 9);
  bytes[0] = wide ? 0x14 : 0x13;
  new DataView(bytes.buffer).setBigUint64(wide ? 9 : 1, BigInt.asUintN(64, value));
  return bytes;
}
