/**
 * docs/decisions/0004: why the library does not read and write profiles and other property lists that are no device message.
 *
 * @module
 */
import assert from "node:assert/strict";
import * as library from "plist";
import { buildPlist, parsePlist, PlistError } from "../../../../src/protocol/plist.ts";

const document = (value: string, type = "") =>
  `<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE plist${type}><plist version="1.0">${value}</plist>`;
const ours = (text: string) => parsePlist(new TextEncoder().encode(text), { keepReals: true });
const again = (text: string) => new TextDecoder().decode(buildPlist(ours(text)));

Deno.test("a profile that the library reads and writes has other numbers, ours has the same", () => {
  const real = document("<real>2</real>");
  assert.match(library.build(library.parse(real)), /<integer>2<\/integer>/);
  assert.match(again(real), /<real>2(\.0)?<\/real>/);
  const large = document("<integer>9007199254740993</integer>");
  assert.match(library.build(library.parse(large)), /<integer>9007199254740992<\/integer>/);
  assert.match(again(large), /<integer>9007199254740993<\/integer>/);
  const hexadecimal = document("<integer>0x10</integer>");
  assert.equal(library.parse(hexadecimal), 0);
  assert.equal(ours(hexadecimal), 16);
});

Deno.test("input that the library misreads, or fails on, ours refuses with its own error", () => {
  const taken: [value: string, read: unknown][] = [
    ["<integer>12x</integer>", 12],
    ["<dict><key>a</key></dict>", { a: "" }],
    // The signer of a profile may have meant the first.
    ["<dict><key>a</key><string>1</string><key>a</key><string>2</string></dict>", { a: "2" }],
    ["<string>a</string><string>b</string>", ["a", "b"]],
  ];
  for (const [value, read] of taken) {
    assert.deepEqual(structuredClone(library.parse(document(value))), read);
    assert.throws(() => ours(document(value)), PlistError, value);
  }
  const date = document("<date>soon</date>");
  const read = library.parse(date);
  assert.ok(read instanceof Date && Number.isNaN(read.getTime()));
  assert.throws(() => ours(date), PlistError);
  const deep = document("<array>".repeat(18_000) + "</array>".repeat(18_000));
  assert.throws(() => library.parse(deep), RangeError);
  assert.throws(() => ours(deep), PlistError);
});
