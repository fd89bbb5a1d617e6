import assert from "node:assert/strict";
import fc from "fast-check";
import { LossyJsonError, parseStrictJson } from "../../src/strict_json.ts";

Deno.test("what JSON can hold is read as JSON.parse reads it, with or without a byte order mark", () => {
  fc.assert(fc.property(fc.json(), (text) => {
    fc.pre(!text.includes("__proto__"));
    assert.deepEqual(parseStrictJson(text), JSON.parse(text));
    assert.deepEqual(parseStrictJson(`\ufeff${text}`), JSON.parse(text));
  }));
});

Deno.test("what would be dropped or rounded is refused, however it is written", () => {
  for (
    const text of [
      '{"__proto__": 1}',
      '[{"a": {"__proto__": {}}}]',
      '{"\\u005f\\u005fproto__": 1}',
      "9007199254740993",
      '{"a": [-9007199254740993]}',
    ]
  ) assert.throws(() => parseStrictJson(text), LossyJsonError, text);
  for (const text of ["", "{", '"\\u00"', "01"]) assert.throws(() => parseStrictJson(text), SyntaxError, text);
  assert.deepEqual(parseStrictJson('{"a": "__proto__", "b": 9007199254740991}'), {
    a: "__proto__",
    b: 9007199254740991,
  });
});
