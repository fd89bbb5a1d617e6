/** JSON from outside. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { canonicalJson, JsonError, readJson } from "../../../../src/blueprints/versions/json.ts";

Deno.test("storable values are returned unchanged, including keys of every name", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const text = JSON.stringify(value);
    const fits = !text.includes("\\u0000") && !/\\ud[89a-f]/i.test(text);
    if (!fits) return;
    assert.equal(JSON.stringify(readJson(JSON.parse(text))), text);
  }));
  const odd = readJson(JSON.parse('{"__proto__": {"polluted": 1}}'));
  assert.equal(JSON.stringify(odd), '{"__proto__":{"polluted":1}}');
  assert.equal("polluted" in {}, false);
});

Deno.test("values that the database cannot store, or that cannot be read, are refused", () => {
  for (const value of ["a\0", { "a\0": 1 }, ["\ud800"], Infinity, undefined, () => 1]) {
    assert.throws(() => readJson(value), JsonError);
  }
  const nested = (depth: number) => JSON.parse("[".repeat(depth) + "]".repeat(depth));
  assert.ok(readJson(nested(65)));
  assert.throws(() => readJson(nested(66)), JsonError);
  assert.throws(() => readJson(nested(50_000)), JsonError);
});

Deno.test("the canonical text does not depend on the order of keys, and distinguishes values", () => {
  assert.equal(
    canonicalJson({ b: [1, { d: null, c: "x" }], a: true }),
    canonicalJson({ a: true, b: [1, { c: "x", d: null }] }),
  );
  fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
    const same = canonicalJson(readable(one)) === canonicalJson(readable(other));
    assert.equal(same, deepEqual(one, other));
  }));
});

const readable = (value: unknown) => JSON.parse(JSON.stringify(value));
function deepEqual(one: unknown, other: unknown): boolean {
  try {
    assert.deepEqual(readable(one), readable(other));
    return true;
  } catch {
    return false;
  }
}
