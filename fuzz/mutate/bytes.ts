/**
 * Changes of bytes that know nothing of what they mean.
 *
 * @module
 */

import type { Random } from "../random.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Bytes that are the edge of something in some format. */
const EDGES = [
  0x00,
  0x01,
  0x0a,
  0x0d,
  0x20,
  0x22,
  0x25,
  0x26,
  0x2d,
  0x2f,
  0x30,
  0x3c,
  0x3e,
  0x5c,
  0x7f,
  0x80,
  0x84,
  0xff,
];

/** Words that have a meaning somewhere. */
const WORDS = [
  "__proto__",
  "constructor",
  "toString",
  "\0",
  "\u2028",
  "\ufeff",
  "\ufffd",
  "é",
  "\u{1f34f}",
  "\r\n",
  "%00",
  "%ED%A0%80",
  "$ENROLLED_DEVICE.UDID",
  "${ENROLLED_DEVICE.",
  "-----BEGIN ",
  "-----END ",
  "<!--",
  "<![CDATA[",
  "]]>",
  "&#x0;",
  "&#xD800;",
  "&amp;",
  "1e999",
  "-0",
  "9007199254740993",
  "18446744073709551616",
  "0x",
  "NaN",
  "9999-12-31T23:59:59Z",
  "null",
  "{}",
  "[]",
  "bplist00",
].map((word) => new TextEncoder().encode(word));

const joined = (...parts: readonly Uint8Array[]): Bytes => {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

/** A piece of some bytes, mostly short. */
function piece(random: Random, of: Bytes): Bytes {
  const length = Math.min(of.length, 1 + random.below(random.chance(0.8) ? 16 : of.length));
  const start = random.below(of.length - length + 1);
  return of.slice(start, start + length);
}

/** `input` with `inserted` in place of `removed` bytes at `at`. */
const spliced = (input: Bytes, at: number, removed: number, inserted: Uint8Array): Bytes =>
  joined(input.subarray(0, at), inserted, input.subarray(at + removed));

/** One change of `input`; `other` is another input that pieces come from. */
export function mutateBytes(random: Random, input: Bytes, other: Bytes): Bytes {
  const at = random.below(input.length + 1);
  switch (random.below(11)) {
    case 0: {
      if (input.length === 0) return input;
      const place = random.below(input.length);
      return input.with(place, (input[place] ?? 0) ^ (1 << random.below(8)));
    }
    case 1:
      return input.length === 0 ? input : input.with(random.below(input.length), random.pick(EDGES));
    case 2:
      return input.length === 0 ? input : input.with(random.below(input.length), random.below(256));
    case 3:
      return spliced(input, at, 1 + random.below(random.chance(0.8) ? 8 : 200), new Uint8Array());
    case 4:
      return spliced(input, at, 0, piece(random, input));
    case 5:
      return spliced(input, at, 0, piece(random, other));
    case 6:
      return spliced(input, at, random.below(16), random.pick(WORDS));
    case 7: {
      const part = piece(random, input);
      return spliced(input, at, 0, joined(...Array.from({ length: 2 + random.below(40) }, () => part)));
    }
    case 8:
      return input.slice(0, at);
    case 9:
      return joined(input.subarray(0, at), other.subarray(random.below(other.length + 1)));
    default: {
      // A number of two or four bytes at one of its ends, in either order.
      const size = random.chance(0.5) ? 2 : 4;
      if (input.length < size) return input;
      const copy = input.slice();
      const view = new DataView(copy.buffer);
      const place = random.below(input.length - size + 1);
      const value = random.pick([0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff]);
      if (size === 2) view.setUint16(place, value, random.chance(0.5));
      else view.setUint32(place, value, random.chance(0.5));
      return copy;
    }
  }
}
