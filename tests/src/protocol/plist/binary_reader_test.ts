import assert from "node:assert/strict";
import * as library from "plist";
import { parsePlist, PlistError } from "../../../../src/protocol/plist.ts";
import { buildBinaryPlist } from "../../../../simulators/device/binary_plist.ts";

const MAGIC = [...new TextEncoder().encode("bplist00")];

/** A document of the given objects with one-byte references and offsets. */
function document(objects: number[][], top = 0): Uint8Array {
  const offsets: number[] = [];
  const body = [...MAGIC];
  for (const object of objects) {
    offsets.push(body.length);
    body.push(...object);
  }
  const table = body.length;
  const wide = (value: number) => [0, 0, 0, 0, 0, 0, value >> 8, value & 0xff];
  return Uint8Array.from([
    ...body,
    ...offsets,
    ...[0, 0, 0, 0, 0, 0, 1, 1],
    ...wide(objects.length),
    ...wide(top),
    ...wide(table),
  ]);
}

const refused = (bytes: Uint8Array, sentence: RegExp) =>
  assert.throws(() => parsePlist(bytes), (error) => error instanceof PlistError && sentence.test(error.message));

Deno.test("the helper of these tests creates a readable document", () => {
  assert.deepEqual(parsePlist(document([[0xa2, 1, 2], [0x09], [0x51, 0x61]])), [true, "a"]);
});

Deno.test("integers of every width have Apple's signs", () => {
  assert.equal(parsePlist(document([[0x10, 0xff]])), 255);
  assert.equal(parsePlist(document([[0x12, 0xff, 0xff, 0xff, 0xff]])), 4294967295);
  assert.equal(parsePlist(document([[0x13, ...Array(8).fill(0xff)]])), -1);
  assert.equal(parsePlist(document([[0x14, ...Array(8).fill(0), ...Array(8).fill(0xff)]])), 2n ** 64n - 1n);
  refused(document([[0x14, 0, 0, 0, 0, 0, 0, 0, 1, ...Array(8).fill(0)]]), /64 bits/);
  refused(document([[0x15, ...Array(32).fill(0)]]), /16 bytes/);
});

Deno.test("a list that doubles itself forty times is refused before it fills the memory", () => {
  const bomb = Array.from({ length: 40 }, (_, i) => [0xa2, i + 1, i + 1]);
  refused(document([...bomb, [0x51, 0x61]]), /expands to more than/);
});

// docs/decisions/0005: why the library does not read what devices send.
Deno.test("input that the library accepts or fails on, ours refuses", () => {
  const large = document([[0x13, 0x20, 0, 0, 0, 0, 0, 0, 1]]);
  assert.equal(library.parseBinary(large), 2 ** 61);
  assert.equal(parsePlist(large), 2n ** 61n + 1n);
  const doubled = document([...Array.from({ length: 16 }, (_, i) => [0xa2, i + 1, i + 1]), [0x09]]);
  assert.ok(doubled.length < 150);
  assert.equal([library.parseBinary(doubled)].flat(16).length, 2 ** 16);
  refused(doubled, /expands to more than/);
  const itself = document([[0xa1, 0]]);
  assert.throws(() => library.parseBinary(itself), RangeError);
  refused(itself, /./);
  const twice = document([[0xd2, 1, 1, 2, 3], [0x51, 0x41], [0x09], [0x08]]);
  assert.deepEqual({ ...Object(library.parseBinary(twice)) }, { A: false });
  refused(twice, /./);
  const uid = document([[0x80, 5]]);
  assert.deepEqual({ ...Object(library.parseBinary(uid)) }, { UID: 5 });
  refused(uid, /./);
});

Deno.test("a long string that is referred to a million times is refused", () => {
  const long = [0x5f, 0x11, 0x04, 0x00, ...Array(1024).fill(0x61)];
  const list = (to: number) => [0xaf, 0x10, 0xff, ...Array(255).fill(to)];
  // The long object comes first, so that one-byte offsets reach what they must; references go by index.
  const bytes = [...MAGIC];
  const offsets: number[] = [];
  for (const object of [list(1), list(2), list(3), long]) {
    offsets.push(bytes.length);
    bytes.push(...object);
  }
  const table = bytes.length;
  for (const offset of offsets) bytes.push(offset >> 8, offset & 0xff);
  bytes.push(
    0,
    0,
    0,
    0,
    0,
    0,
    2,
    1,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    4,
    ...Array(8).fill(0),
    0,
    0,
    0,
    0,
    0,
    0,
    table >> 8,
    table & 0xff,
  );
  refused(Uint8Array.from(bytes), /expands to more than/);
});

Deno.test("a container inside itself is refused", () => {
  refused(document([[0xa1, 0]]), /128 levels/);
  refused(document([[0xd1, 1, 0], [0x51, 0x61]]), /128 levels/);
});

Deno.test("nothing outside the objects' part is read", () => {
  refused(document([[0xa1, 7]]), /does not have/);
  refused(document([[0x5f, 0x10, 0xff, 0x61]]), /cut off/);
  refused(document([[0x5f, 0x13, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]]), /cut off/);
  refused(document([[0x4f, 0x51, 0x61]]), /length/);
  refused(document([[0x13, 0]]), /cut off/);
  refused(document([[0xdf, 0x12, 0x7f, 0xff, 0xff, 0xff]]), /cut off/);
  const good = buildBinaryPlist({ a: [1, 2, "x"], b: new Uint8Array(20) });
  for (let length = 0; length < good.length; length++) {
    assert.throws(() => parsePlist(good.slice(0, length)), PlistError, `cut to ${length} bytes`);
  }
});

Deno.test("kinds that Apple's messages do not use are refused", () => {
  refused(document([[0x00]]), /null/);
  refused(document([[0x0f]]), /null/);
  refused(document([[0x80, 1]]), /UID/);
  refused(document([[0xc0]]), /unknown kind/);
  refused(document([[0x33, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0]]), /date/);
  refused(document([[0x51, 0xff]]), /ASCII/);
  refused(document([[0xd1, 1, 1], [0x10, 1]]), /key that is not a string/);
  refused(document([[0xd2, 1, 2, 3, 3], [0x51, 0x61], [0x51, 0x61], [0x09]]), /twice/);
});

Deno.test("trailers that do not fit are refused", () => {
  const good = document([[0x09]]);
  for (
    const [at, byte] of [[6, 0], [6, 9], [7, 0], [15, 0], [15, 200], [23, 1], [31, 200], [31, 0], [24, 0x80]] as const
  ) {
    const bytes = good.slice();
    bytes[bytes.length - 32 + at] = byte;
    refused(bytes, /trailer/);
  }
  const version = good.slice();
  version[7] = 0x31;
  refused(version, /version/);
});

Deno.test("NUL and half characters become the replacement character", () => {
  assert.equal(parsePlist(document([[0x52, 0x61, 0x00]])), "a\ufffd");
  assert.equal(parsePlist(document([[0x62, 0xd8, 0x00, 0x00, 0x61]])), "\ufffda");
});

Deno.test("equal strings are one object, equal bytes are two", () => {
  const bytes = new Uint8Array([1, 2]);
  const value = parsePlist(document([[0xa2, 1, 1], [0x42, 1, 2]]));
  assert.ok(Array.isArray(value));
  assert.deepEqual(value, [bytes, bytes]);
  assert.notEqual(value[0], value[1]);
  assert.ok(buildBinaryPlist(Array(1000).fill("the same")).length < 3200);
});
