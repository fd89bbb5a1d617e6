import assert from "node:assert/strict";
import fc from "fast-check";
import { sameJson } from "../../src/same_json.ts";
import { canonicalJson } from "../../src/blueprints/versions/json.ts";

Deno.test("values are the same exactly when their canonical texts are", () => {
  const value = fc.jsonValue({ maxDepth: 3 }).map((json) => JSON.parse(JSON.stringify(json)));
  fc.assert(fc.property(value, value, (one, other) => {
    assert.equal(sameJson(one, other), canonicalJson(one) === canonicalJson(other));
    assert.ok(sameJson(one, structuredClone(one)));
  }));
  assert.ok(sameJson({ a: 1, b: [null] }, { b: [null], a: 1 }));
  for (
    const [one, other] of [[[], {}], [{ a: null }, { b: null }], [[1], [1, 2]], [null, {}], [{}, []], ["1", 1]] as const
  ) {
    assert.ok(!sameJson(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other))));
  }
  assert.ok(!sameJson(JSON.parse('{"__proto__":{}}'), {}));
});
