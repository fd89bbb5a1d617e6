import assert from "node:assert/strict";
import fc from "fast-check";
import { parseStrictJson, RefusedJsonError } from "../../src/strict_json.ts";

Deno.test("valid JSON is read as by JSON.parse, with or without a byte order mark", () => {
  fc.assert(fc.property(fc.json(), (text) => {
    fc.pre(!text.includes("__proto__"));
    assert.deepEqual(parseStrictJson(text, 200), JSON.parse(text));
    assert.deepEqual(parseStrictJson(`\ufeff${text}`, 200), JSON.parse(text));
  }));
});

Deno.test("values that would be dropped or rounded are refused, however they are written", () => {
  for (
    const text of [
      '{"__proto__": 1}',
      '[{"a": {"__proto__": {}}}]',
      '{"\\u005f\\u005fproto__": 1}',
      "9007199254740993",
      '{"a": [-9007199254740993]}',
    ]
  ) assert.throws(() => parseStrictJson(text, 200), RefusedJsonError, text);
  for (const text of ["", "{", '"\\u00"', "01"]) assert.throws(() => parseStrictJson(text, 200), SyntaxError, text);
  assert.deepEqual(parseStrictJson('{"a": "__proto__", "b": 9007199254740991}', 1), {
    a: "__proto__",
    b: 9007199254740991,
  });
});

Deno.test("JSON is parsed to the requested depth and no deeper, whatever its content", () => {
  for (const [open, close] of [["[", "]"], ['{"a":', "}"]] as const) {
    for (const inner of ["1", '"\\u0041"', "1234567890123456", '"__proto_"']) {
      const nested = (levels: number) => open.repeat(levels) + inner + close.repeat(levels);
      parseStrictJson(nested(200), 200);
      for (const levels of [201, 10_000, 200_000]) {
        for (const from of [nested(levels), new TextEncoder().encode(nested(levels))]) {
          assert.throws(
            () => parseStrictJson(from, 200),
            (error) => error instanceof RefusedJsonError && error.message === "it is nested deeper than 200 levels",
          );
        }
      }
    }
  }
  parseStrictJson('["[[[[", "\\"[["]', 1);
});

Deno.test("bytes are read as text is, and must be UTF-8", () => {
  assert.deepEqual(parseStrictJson(new TextEncoder().encode('\ufeff{"a": "\\u0041"}'), 1), { a: "A" });
  assert.throws(() => parseStrictJson(new Uint8Array([0x22, 0xff, 0x22]), 1), TypeError);
});
