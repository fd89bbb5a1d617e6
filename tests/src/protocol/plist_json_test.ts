import assert from "node:assert/strict";
import { foreignText } from "../../../src/foreign_text.ts";
import { foreignValue } from "../../../src/foreign_value.ts";
import { isDict, type Plist, type PlistDict } from "../../../src/protocol/plist.ts";
import { toForeignJson, toJson, toJsonObject } from "../../../src/protocol/plist_json.ts";

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

/** A dictionary that counts how many of its values are read. */
function counted(values: PlistDict): { dict: PlistDict; reads: () => number } {
  let reads = 0;
  const dict = new Proxy(values, {
    get(target, key) {
      reads++;
      return Reflect.get(target, key);
    },
  });
  return { dict, reads: () => reads };
}

Deno.test("of an answer, only the stored part is read, and its end is marked", () => {
  const many = Object.fromEntries(Array.from({ length: 200_000 }, (_, at) => [`k${at}`, true]));
  for (const wrap of [(dict: PlistDict) => dict, (dict: PlistDict) => ({ inner: [dict] })]) {
    const { dict, reads } = counted(many);
    const json = toForeignJson(wrap(dict));
    assert.ok(JSON.stringify(json).length < 512 * 1024);
    assert.match(JSON.stringify(json), /"…":true/);
    assert.ok(reads() < 40_000, `${reads()} values were read`);
  }
  let items = 0;
  const list = Array.from({ length: 200_000 }, () => "x".repeat(100));
  const watched = new Proxy(list, {
    get(target, key) {
      items++;
      return Reflect.get(target, key);
    },
  });
  assert.match(JSON.stringify(toForeignJson({ watched })), /"…"\]\}$/);
  assert.ok(items < 10_000, `${items} items were read`);
});

Deno.test("the stored part of an answer is the same as if all of it were read first", () => {
  const [long, data] = ["é".repeat(2000), new Uint8Array(20_000)];
  const whole = { long, data, big: 2n ** 63n, list: [1, NaN, new Date(0), { deep: [true] }], "": [] };
  for (const count of [1, 3, 12, 100, 1000]) {
    const dict = Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, at % 3 === 0 ? whole : at]));
    const cut = (value: Plist): Plist =>
      typeof value === "string"
        ? foreignText(value)
        : Array.isArray(value)
        ? value.map(cut)
        : isDict(value)
        ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, cut(inner)]))
        : value;
    const all = cut(dict);
    assert.ok(isDict(all));
    const limits = { bytes: 256 * 1024, text: 64 * 1024 };
    assert.deepEqual(toForeignJson(dict), foreignValue(toJsonObject(all), limits));
  }
});

Deno.test("keys that are left out are not read, and data that is too long is marked", () => {
  const { dict, reads } = counted({ Secret: "s", Data: new Uint8Array(40_000), Name: "n" });
  assert.deepEqual(toForeignJson(dict, ["Secret"]), { Data: "…", Name: "n" });
  assert.equal(reads(), 2);
});
