/**
 * A property list reader for Apple's binary form, version `bplist00`.
 *
 * Promise: returns only the content of the document, or throws `PlistError`; never reads outside the bytes. The format
 * lets a container refer to any object any number of times, so a few hundred bytes can mean billions of values: the
 * expansion of the document is counted, including references to earlier objects, and limited by the length of the
 * document, so that the work grows with it. 64-bit integers are exact. UIDs, sets and null are refused: no message of
 * Apple's management protocol uses them.
 *
 * @module
 */

import {
  integerOf,
  MAX_BYTES,
  MAX_DEPTH,
  MAX_NULS,
  MAX_VALUES,
  type Plist,
  type PlistDict,
  PlistError,
  type ReadOptions,
  realOf,
  setKey,
} from "./value.ts";

const TRAILER = 32;
const HEADER = 8;
/**
 * The expansion limit for each byte of a document, and the minimum limit of every document. A reference takes at least
 * a byte, so values grow beyond the bytes only where containers are shared, which Apple's writer does not do. It shares
 * texts: the lists of a fleet expand to 20 times their bytes at most.
 */
const VALUES_PER_BYTE = 4;
const EXPANSION = 64;
const ALWAYS = { values: 1024, bytes: 64 * 1024 };
const EPOCH = Date.UTC(2001, 0, 1);
// A mark of byte order within a list is a character like others.
const utf16 = new TextDecoder("utf-16be", { ignoreBOM: true });
const ascii = new TextDecoder("utf-8", { ignoreBOM: true });

function fail(reason: string): never {
  throw new PlistError(`Cannot read the binary property list: ${reason}`);
}

/** Whether the bytes begin like a binary property list. */
export function isBinary(bytes: Uint8Array): boolean {
  return bytes.length >= 6 && bytes[0] === 0x62 && bytes[1] === 0x70 && bytes[2] === 0x6c && bytes[3] === 0x69 &&
    bytes[4] === 0x73 && bytes[5] === 0x74;
}

/** Returns the value of the binary property list `bytes`. Throws `PlistError`. */
export function readBinary(bytes: Uint8Array, options: ReadOptions = {}): Plist {
  if (bytes.length < HEADER + TRAILER + 2) fail("it is too short");
  if (bytes[6] !== 0x30 || bytes[7] !== 0x30) fail("its version is not 00");
  return new Reader(bytes, options).root();
}

class Reader {
  #bytes: Uint8Array;
  #view: DataView;
  #offsetSize: number;
  #refSize: number;
  #count: number;
  #table: number;
  #top: number;
  /** Strings and numbers are shared by hundreds of dictionaries; each is read once. */
  #leaves = new Map<number, { value: Plist; size: number }>();
  #values = 0;
  #expanded = 0;
  #nuls = 0;
  readonly #maxValues: number;
  readonly #maxExpanded: number;

  readonly #options: ReadOptions;

  constructor(bytes: Uint8Array, options: ReadOptions) {
    this.#bytes = bytes;
    this.#options = options;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#maxValues = Math.min(
      options.maxValues ?? MAX_VALUES,
      MAX_VALUES,
      ALWAYS.values + VALUES_PER_BYTE * bytes.length,
    );
    this.#maxExpanded = Math.min(MAX_BYTES, ALWAYS.bytes + EXPANSION * bytes.length);
    const trailer = bytes.length - TRAILER;
    this.#offsetSize = this.#view.getUint8(trailer + 6);
    this.#refSize = this.#view.getUint8(trailer + 7);
    this.#count = this.#size64(trailer + 8);
    this.#top = this.#size64(trailer + 16);
    this.#table = this.#size64(trailer + 24);
    if (this.#offsetSize < 1 || this.#offsetSize > 8 || this.#refSize < 1 || this.#refSize > 8) {
      fail("its trailer has sizes that are not 1 to 8");
    }
    if (
      this.#count < 1 || this.#top >= this.#count || this.#table <= HEADER ||
      this.#table + this.#count * this.#offsetSize > trailer
    ) fail("its trailer does not fit its length");
  }

  root(): Plist {
    return this.#object(this.#top, 0);
  }

  #size64(at: number): number {
    const value = this.#view.getBigUint64(at);
    return value > 0x7fff_ffffn ? fail("its trailer does not fit its length") : Number(value);
  }

  /** A big-endian unsigned number of 1 to 8 bytes; too large ones come out larger than any offset. */
  #unsigned(at: number, size: number): number {
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + this.#view.getUint8(at + i);
    return value;
  }

  #object(index: number, depth: number): Plist {
    if (index >= this.#count) fail("it refers to an object that it does not have");
    if (++this.#values > this.#maxValues) fail(`it expands to more than ${this.#maxValues} values`);
    const known = this.#leaves.get(index);
    if (known !== undefined) {
      this.#grow(known.size);
      return known.value instanceof Uint8Array ? known.value.slice() : known.value;
    }
    const at = this.#unsigned(this.#table + index * this.#offsetSize, this.#offsetSize);
    if (at < HEADER || at >= this.#table) fail("an object lies outside the objects' part");
    const marker = this.#view.getUint8(at);
    const kind = marker >> 4;
    if (kind === 0xa || kind === 0xd) return this.#container(at, marker, depth + 1);
    const value = this.#leaf(at, marker);
    const size = typeof value === "string" ? value.length : value instanceof Uint8Array ? value.length : 8;
    this.#grow(size);
    this.#leaves.set(index, { value, size });
    return value;
  }

  #grow(size: number): void {
    this.#expanded += size;
    if (this.#expanded > this.#maxExpanded) fail(`it expands to more than ${this.#maxExpanded} bytes`);
  }

  #leaf(at: number, marker: number): Plist {
    switch (marker >> 4) {
      case 0x0:
        if (marker === 0x08) return false;
        if (marker === 0x09) return true;
        return fail("it holds null, which property lists do not have");
      case 0x1:
        return this.#integer(at + 1, marker & 0xf);
      case 0x2:
        if (marker === 0x22) return realOf(this.#view.getFloat32(this.#within(at + 1, 4)), this.#options);
        if (marker === 0x23) return realOf(this.#view.getFloat64(this.#within(at + 1, 8)), this.#options);
        return fail("a real is neither 4 nor 8 bytes long");
      case 0x3: {
        if (marker !== 0x33) fail("a date is not 8 bytes long");
        const date = new Date(Math.round(EPOCH + this.#view.getFloat64(this.#within(at + 1, 8)) * 1000));
        return Number.isNaN(date.getTime()) ? fail("a date is out of range") : date;
      }
      case 0x4: {
        const { start, count } = this.#length(at, marker, 1);
        return this.#bytes.slice(start, start + count);
      }
      case 0x5: {
        const { start, count } = this.#length(at, marker, 1);
        return this.#ascii(start, count);
      }
      case 0x6: {
        const { start, count } = this.#length(at, marker, 2);
        return this.#clean(utf16.decode(this.#bytes.subarray(start, start + count * 2)));
      }
      case 0x8:
        return fail("it holds a UID, which only archives of objects use");
      default:
        return fail(`it holds an object of the unknown kind 0x${marker.toString(16)}`);
    }
  }

  /** `at`, when `size` bytes from there lie in the objects' part. */
  #within(at: number, size: number): number {
    return at + size > this.#table ? fail("an object is cut off") : at;
  }

  #integer(at: number, power: number): number | bigint {
    if (power > 4) fail("an integer is longer than 16 bytes");
    this.#within(at, 1 << power);
    // Apple's rule: 1, 2 and 4 bytes are unsigned, 8 are signed, 16 carry the unsigned 64-bit values.
    if (power < 3) return this.#unsigned(at, 1 << power);
    if (power === 3) return integerOf(this.#view.getBigInt64(at));
    return integerOf((this.#view.getBigInt64(at) << 64n) | this.#view.getBigUint64(at + 8));
  }

  /** Where the content of the object at `at` begins and how many units of `unit` bytes it has; all inside the bytes. */
  #length(at: number, marker: number, unit: number): { start: number; count: number } {
    let count = marker & 0xf;
    let start = at + 1;
    if (count === 0xf) {
      const size = this.#view.getUint8(this.#within(start, 1));
      if (size >> 4 !== 0x1 || (size & 0xf) > 3) fail("a length is not an integer of 1 to 8 bytes");
      const width = 1 << (size & 0xf);
      count = this.#unsigned(this.#within(start + 1, width), width);
      start += 1 + width;
    }
    if (start + count * unit > this.#table) fail("an object is cut off");
    return { start, count };
  }

  #ascii(start: number, count: number): string {
    const bytes = this.#bytes;
    const end = start + count;
    let short = "";
    for (let at = start; at < end; at++) {
      const byte = bytes[at] ?? 0xff;
      if (byte > 0x7f) fail("an ASCII string holds a byte above 127");
      // A call of the decoder costs more than a short string's characters.
      if (count <= 40) short += String.fromCharCode(byte);
    }
    return this.#clean(count <= 40 ? short : ascii.decode(bytes.subarray(start, end)));
  }

  #container(at: number, marker: number, depth: number): Plist {
    if (depth > MAX_DEPTH) fail(`it is nested more than ${MAX_DEPTH} levels deep`);
    const size = this.#refSize;
    if (marker >> 4 === 0xa) {
      const { start, count } = this.#length(at, marker, size);
      const array: Plist[] = [];
      for (let i = 0; i < count; i++) array.push(this.#object(this.#unsigned(start + i * size, size), depth));
      return array;
    }
    const { start, count } = this.#length(at, marker, 2 * size);
    const values = start + count * size;
    const dict: PlistDict = {};
    for (let i = 0; i < count; i++) {
      const key = this.#object(this.#unsigned(start + i * size, size), depth);
      if (typeof key !== "string") fail("a dictionary has a key that is not a string");
      if (Object.hasOwn(dict, key)) fail(`the key "${key.slice(0, 60)}" is twice in one dictionary`);
      setKey(dict, key, this.#object(this.#unsigned(values + i * size, size), depth));
    }
    return dict;
  }

  /** NUL becomes U+FFFD: no database text and no JSON column can hold it. (The decoder does so with lone surrogates.) */
  #clean(text: string): string {
    let at = text.indexOf("\0");
    if (at < 0) return text;
    for (; at >= 0; at = text.indexOf("\0", at + 1)) {
      if (++this.#nuls > MAX_NULS) fail(`it has more than ${MAX_NULS} NUL characters`);
    }
    return text.replaceAll("\0", "\ufffd");
  }
}
