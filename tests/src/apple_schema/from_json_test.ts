import assert from "node:assert/strict";
import { plistOf } from "../../../src/apple_schema/from_json.ts";
import type { KeyFacts } from "../../../src/apple_schema/types.ts";
import type { JsonObject } from "../../../src/protocol/plist_json.ts";
import { buildPlist, Real } from "../../../src/protocol/plist.ts";

const KEYS: readonly KeyFacts[] = [
  { key: "Bytes", type: "data" },
  { key: "When", type: "date" },
  { key: "Scale", type: "real" },
  { key: "Count", type: "integer" },
  { key: "Text", type: "string" },
  { key: "List", type: "array", keys: [{ key: "Item", type: "dictionary", keys: [{ key: "Bytes", type: "data" }] }] },
  { key: "Free", type: "dictionary" },
  { key: "Self", type: "dictionary", shape: "self" },
];
const SHAPES = { self: [{ key: "Bytes", type: "data" }, { key: "Self", type: "dictionary", shape: "self" }] } as const;
const read = (given: JsonObject) => plistOf({ keys: KEYS, shapes: SHAPES }, given);

Deno.test("values get the types of their keys, at every depth", () => {
  assert.deepEqual(
    read({
      Bytes: "AQID",
      When: "2026-02-03T04:05:06+01:00",
      Scale: 2,
      Count: 2,
      Text: "AQID",
      List: [{ Bytes: "BA==" }],
      Self: { Self: { Bytes: "BQ==" } },
    }),
    {
      Bytes: new Uint8Array([1, 2, 3]),
      When: new Date("2026-02-03T03:05:06Z"),
      Scale: new Real(2),
      Count: 2,
      Text: "AQID",
      List: [{ Bytes: new Uint8Array([4]) }],
      Self: { Self: { Bytes: new Uint8Array([5]) } },
    },
  );
  assert.match(new TextDecoder().decode(buildPlist(read({ Scale: 2 }))), /<real>2(\.0)?<\/real>/);
});

Deno.test("what no key describes stays as it is, and what does not fit its key stays, too", () => {
  const free = { a: "AQID", b: [1, true, { c: "x" }] };
  assert.deepEqual(read({ Free: free, Other: "AQID" }), { Free: free, Other: "AQID" });
  assert.deepEqual(read({ Bytes: "%%", When: "soon", Scale: 1.5 }), { Bytes: "%%", When: "soon", Scale: 1.5 });
  assert.deepEqual(read({ Text: null, Free: { a: null, b: [null, 1] } }), { Free: { b: [1] } });
  const odd: JsonObject = JSON.parse('{"Free": {"__proto__": {"polluted": true}}}');
  assert.equal(Reflect.get(read(odd), "polluted"), undefined);
  assert.equal(Reflect.get({}, "polluted"), undefined);
});
