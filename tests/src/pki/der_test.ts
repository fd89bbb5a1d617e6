import assert from "node:assert/strict";
import fc from "fast-check";
import { Der, MAX_CHILDREN, MAX_DEPTH, TAG } from "../../../src/pki/der.ts";
import {
  readBoolean,
  readIntegerHex,
  readNamedBits,
  readOctets,
  readOid,
  readSmall,
  readText,
  readTime,
  readUnsigned,
} from "../../../src/pki/der_values.ts";
import * as write from "../../../src/pki/der_writer.ts";
import { namedBits, refuses, survives, utf8 } from "./helpers.ts";

const hex = (text: string) => Uint8Array.fromHex(text.replaceAll(" ", ""));

/** Reads everything that can be read, as deep as it goes. */
function walk(element: Der): number {
  if ((element.tag & 0x20) === 0) return 1;
  return element.children().reduce((sum, child) => sum + walk(child), 1);
}

Deno.test("the DER reader refuses truncated input, whatever the length", () => {
  const whole = write.sequence(write.octets(new Uint8Array(300)), write.integer(5));
  for (let length = 0; length < whole.length; length++) {
    refuses(() => walk(Der.parse(whole.subarray(0, length))), "asn1");
  }
  assert.equal(walk(Der.parse(whole)), 3);
});

Deno.test("the DER reader refuses lengths that point past the end or need more than four bytes", () => {
  refuses(() => Der.parse(hex("04 84 ff ff ff ff 00")), "asn1", /past the end/);
  refuses(() => Der.parse(hex("04 85 00 00 00 00 01 00")), "asn1", /four bytes/);
  refuses(() => Der.parse(hex("04 ff 00")), "asn1");
  refuses(() => Der.parse(hex("30 03 04 05 00")).children(), "asn1", /past the end/);
});

Deno.test("the DER reader refuses bytes after the element", () => {
  refuses(() => Der.parse(hex("05 00 00")), "asn1", /follow/);
});

Deno.test("the DER reader refuses tag numbers above 30", () => {
  refuses(() => Der.parse(hex("1f 81 00 00")), "asn1", /above 30/);
});

Deno.test("nesting has a limit, for definite and for indefinite lengths", () => {
  let deep: Uint8Array = write.nil();
  for (let i = 0; i <= MAX_DEPTH; i++) deep = write.sequence(deep);
  refuses(() => walk(Der.parse(deep)), "asn1", /deeper/);
  refuses(() => Der.parse(new Uint8Array(100_000).fill(0x30).map((byte, i) => i % 2 ? 0x80 : byte)), "asn1", /deeper/);
});

Deno.test("indefinite lengths are read in BER and refused in strict DER", () => {
  const ber = hex("30 80 04 01 aa 24 80 04 01 bb 04 01 cc 00 00 00 00");
  const [first, second] = Der.parse(ber).children();
  assert.ok(first !== undefined && second !== undefined);
  assert.deepEqual(readOctets(second).toHex(), "bbcc");
  assert.equal(first.content.toHex(), "aa");
  refuses(() => Der.parse(ber, { strict: true }), "asn1", /indefinite/);
  refuses(() => Der.parse(hex("04 80 aa 00 00")), "asn1", /constructed/);
  refuses(() => Der.parse(hex("30 80 04 01 aa 00")), "asn1");
  refuses(() => Der.parse(hex("30 80 04 01 aa")), "asn1");
});

Deno.test("strict DER refuses lengths that are longer than need be", () => {
  for (const text of ["04 81 01 aa", "04 82 00 01 aa", "04 82 00 80" + "00".repeat(128)]) {
    assert.ok(Der.parse(hex(text)));
    refuses(() => Der.parse(hex(text), { strict: true }), "asn1", /shortest/);
  }
});

Deno.test("integers, flags and bits refuse malformed content", () => {
  refuses(() => readUnsigned(Der.parse(hex("02 01 80"))), "asn1", /negative/);
  refuses(() => readUnsigned(Der.parse(hex("02 00"))), "asn1");
  refuses(() => readIntegerHex(Der.parse(hex("02 00"))), "asn1");
  refuses(() => readSmall(Der.parse(hex("02 05 01 00 00 00 00"))), "asn1", /too big/);
  refuses(() => readBoolean(Der.parse(hex("01 02 ff ff"))), "asn1");
  refuses(() => readNamedBits(Der.parse(hex("03 00"))), "asn1");
  refuses(() => readNamedBits(Der.parse(hex("03 02 08 00"))), "asn1");
  assert.equal(readIntegerHex(Der.parse(hex("02 03 00 00 80"))), "80");
});

Deno.test("object identifiers refuse padding and open ends", () => {
  for (const text of ["06 00", "06 01 80", "06 02 80 01", "06 03 2a 80 01"]) {
    refuses(() => readOid(Der.parse(hex(text))), "asn1");
  }
});

Deno.test("an object identifier that is a UUID is read in full", () => {
  const uuid = 0xf81d4fae7dec11d0a76500a0c91e6bf6n;
  const groups = Array.from(
    { length: 19 },
    (_, i) => Number((uuid >> BigInt(7 * (18 - i))) & 127n) | (i < 18 ? 0x80 : 0),
  );
  const element = write.element(TAG.oid, Uint8Array.of(0x69), Uint8Array.from(groups));
  assert.equal(readOid(Der.parse(element)), `2.25.${uuid}`);
});

Deno.test("an element with too many others inside is refused", () => {
  const many = new Uint8Array(2 * (MAX_CHILDREN + 1)).map((_, i) => i % 2 === 0 ? TAG.null : 0);
  refuses(() => Der.parse(write.element(TAG.set, many)).children(), "asn1", /more than/);
});

Deno.test("times refuse dates that do not exist and forms that RFC 5280 forbids", () => {
  const time = (tag: number, text: string) => readTime(Der.parse(write.element(tag, utf8(text))));
  for (const text of ["260230120000Z", "261301000000Z", "260101240000Z", "2601010000Z", "260101000000+0100", ""]) {
    refuses(() => time(TAG.utcTime, text), "asn1");
  }
  refuses(() => time(TAG.generalizedTime, "20260101000000.5Z"), "asn1");
  assert.equal(time(TAG.utcTime, "491231235959Z").toISOString(), "2049-12-31T23:59:59.000Z");
  assert.equal(time(TAG.utcTime, "500101000000Z").toISOString(), "1950-01-01T00:00:00.000Z");
  assert.equal(time(TAG.generalizedTime, "20500101000000Z").toISOString(), "2050-01-01T00:00:00.000Z");
});

Deno.test("texts refuse bytes that their type does not allow", () => {
  refuses(() => readText(Der.parse(hex("0c 02 c3 28"))), "asn1", /UTF-8/);
  refuses(() => readText(Der.parse(hex("1e 01 41"))), "asn1", /odd/);
  assert.equal(readText(Der.parse(hex("1e 04 00 41 26 3a"))), "A☺");
  assert.equal(readText(Der.parse(hex("02 01 00"))), undefined);
});

Deno.test("the reader reads the writer's output", () => {
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 2n ** 200n }), (value) => {
    assert.equal(readUnsigned(Der.parse(write.integer(value), { strict: true })), value);
  }));
  fc.assert(fc.property(fc.array(fc.nat(0xffffff), { maxLength: 8 }), fc.nat(39), (arcs, second) => {
    const dotted = ["1", second, ...arcs].join(".");
    assert.equal(readOid(Der.parse(write.oid(dotted), { strict: true })), dotted);
  }));
  fc.assert(fc.property(fc.uniqueArray(fc.nat(8), { maxLength: 9 }), (bits) => {
    assert.deepEqual(readNamedBits(Der.parse(namedBits(bits))), bits.toSorted((a, b) => a - b));
  }));
  for (const size of [0, 127, 128, 255, 256, 65535, 65536]) {
    assert.equal(Der.parse(write.octets(new Uint8Array(size)), { strict: true }).content.length, size);
  }
});

Deno.test("a SET OF is sorted as DER requires, whatever its input order", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 6 }), { maxLength: 6 }), (values) => {
    const parts = values.map(write.octets);
    assert.deepEqual(write.setOf(...parts), write.setOf(...parts.toReversed()));
  }));
});

Deno.test("random bytes never make the reader throw another error than its own", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      survives(() => walk(Der.parse(bytes)));
    }),
    { numRuns: 2000 },
  );
  // Random bytes seldom nest: these do.
  const byte = fc.constantFrom(0x30, 0x80, 0x00, 0x31, 0x04, 0x24, 0x02, 0x01, 0x81, 0xa0, 0xff);
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 60 }), (bytes) => {
      survives(() => walk(Der.parse(Uint8Array.from(bytes))));
    }),
    { numRuns: 2000 },
  );
});
