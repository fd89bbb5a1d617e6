import assert from "node:assert/strict";
import { toJson } from "../../../src/protocol/plist_json.ts";

Deno.test("every kind of value has a JSON form, and none is rounded", () => {
  assert.deepEqual(
    toJson({
      data: new Uint8Array([1, 2, 255]),
      date: new Date("2024-02-29T12:00:00Z"),
      big: 2n ** 63n,
      nan: NaN,
      infinite: -Infinity,
      list: [1, true, "a", []],
      half: "\ud800",
      nul: "a\0b",
    }),
    {
      data: "AQL/",
      date: "2024-02-29T12:00:00.000Z",
      big: "9223372036854775808",
      nan: "NaN",
      infinite: "-Infinity",
      list: [1, true, "a", []],
      half: "\ufffd",
      nul: "a\ufffdb",
    },
  );
});

Deno.test("a key named __proto__ does not survive", () => {
  const value = JSON.parse('{"__proto__": {"admin": true}, "a": 1}');
  assert.equal(JSON.stringify(toJson(value)), '{"a":1}');
});
