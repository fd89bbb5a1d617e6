import assert from "node:assert/strict";
import fc from "fast-check";
import { FOREIGN_TEXT_BYTES, foreignText } from "../../src/foreign_text.ts";
import { foreignValue } from "../../src/foreign_value.ts";

const sizeOf = (text: string) => new TextEncoder().encode(text).length;

Deno.test("a text within the limit is unchanged, a longer one is truncated to the limit and marked", () => {
  for (const text of ["", "Ada’s Mac", "x".repeat(FOREIGN_TEXT_BYTES), "é".repeat(FOREIGN_TEXT_BYTES / 2)]) {
    assert.equal(foreignText(text), text);
  }
  assert.equal(foreignText("x".repeat(FOREIGN_TEXT_BYTES + 1)), `${"x".repeat(FOREIGN_TEXT_BYTES - 3)}…`);
  assert.equal(sizeOf(foreignText("N".repeat(20 * 1024 * 1024))), FOREIGN_TEXT_BYTES);
});

Deno.test("no text is longer than its limit, cut inside a character, or one that the database refuses", () => {
  const part = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("😀", "\0", "\ud83d", "\ude00", "é", "…"));
  fc.assert(fc.property(fc.array(part), fc.integer({ min: 3, max: 64 }), (parts, limit) => {
    const whole = parts.join("");
    const short = foreignText(whole, limit);
    assert.ok(sizeOf(short) <= limit, `${sizeOf(short)} of ${limit}`);
    assert.ok(short.isWellFormed() && !short.includes("\0"));
    if (short.endsWith("…")) return;
    assert.equal(short, whole.replaceAll("\0", "\ufffd").toWellFormed());
  }));
  assert.equal(foreignText(`${"x".repeat(10)}😀😀`, 16), `${"x".repeat(10)}…`);
});

Deno.test("a value keeps the part that fits and marks where something is missing", () => {
  const value = { name: "N".repeat(5000), list: Array.from({ length: 1000 }, (_, index) => `item ${index}`), last: 1 };
  assert.deepEqual(foreignValue({ a: [1, null, true, { b: "c" }] }, { bytes: 1000 }), {
    a: [1, null, true, { b: "c" }],
  });
  const kept = foreignValue(value, { bytes: 4000 });
  assert.ok(JSON.stringify(kept).length < 5500);
  assert.equal(kept["name"], foreignText(value.name));
  assert.ok(Array.isArray(kept["list"]) && kept["list"].at(-1) === "…" && kept["list"].length < 300);
  assert.equal(kept["…"], true);
  assert.equal(kept["last"], undefined);
});

Deno.test("a value that nests without end is cut at its limit, and a key named __proto__ stays a key", () => {
  const deep = JSON.parse('{"a":'.repeat(1000) + "1" + "}".repeat(1000));
  assert.match(JSON.stringify(foreignValue(deep, { bytes: 1e6, depth: 4 })), /^\{"a":\{"a":\{"a":\{"a":"…"\}\}\}\}$/);
  const odd = foreignValue(JSON.parse('{"__proto__":{"admin":true}}'), { bytes: 1000 });
  assert.equal(JSON.stringify(odd), '{"__proto__":{"admin":true}}');
});
