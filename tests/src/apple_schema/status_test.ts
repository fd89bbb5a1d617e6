import assert from "node:assert/strict";
import fc from "fast-check";
import type { JsonObject } from "../../../src/protocol/plist_json.ts";
import { flattenStatus, MAX_ITEMS, STATUS_ITEMS, statusItemFacts } from "../../../src/apple_schema/status.ts";
import { ipad, mac, macUser, unknown } from "./targets.ts";
import { statusItemsFor } from "../../../simulators/published.ts";

Deno.test("status items have a type", () => {
  assert.equal(statusItemFacts("device.operating-system.version")?.keys[0]?.type, "string");
  assert.equal(statusItemFacts("app.managed.list")?.keys[0]?.type, "array");
  assert.equal(statusItemFacts("management.declarations")?.keys[0]?.type, "dictionary");
  assert.equal(statusItemFacts("device.operating-system"), null);
  assert.equal(statusItemFacts("constructor"), null);
});

Deno.test("no status item is on the way to another", () => {
  for (const a of STATUS_ITEMS) {
    for (const b of STATUS_ITEMS) assert.ok(!b.startsWith(`${a}.`), `${a} and ${b}`);
  }
});

Deno.test("a target is offered the items of its system, version and channel", () => {
  assert.deepEqual(statusItemsFor(unknown), STATUS_ITEMS);
  assert.ok(statusItemsFor(mac).includes("diskmanagement.filevault.enabled"));
  assert.ok(!statusItemsFor(ipad).includes("diskmanagement.filevault.enabled"));
  assert.ok(!statusItemsFor({ ...mac, osVersion: "12.6" }).includes("device.operating-system.version"));
  assert.ok(!statusItemsFor(macUser).includes("diskmanagement.filevault.enabled"));
});

Deno.test("a report is split at the published names", () => {
  const declarations = {
    activations: [],
    configurations: [{ identifier: "a", active: true }],
    assets: [],
    management: [],
  };
  const report: JsonObject = {
    device: {
      identifier: { "serial-number": "C02", udid: "U" },
      "operating-system": { version: "26.1", supplemental: { "build-version": "25A" } },
    },
    management: { declarations, "client-capabilities": { "supported-versions": ["1.0.0"] } },
    "softwareupdate": { "failure-reason": { count: 0 } },
  };
  assert.deepEqual(flattenStatus(report), [
    { path: "device.identifier.serial-number", value: "C02", known: true },
    { path: "device.identifier.udid", value: "U", known: true },
    { path: "device.operating-system.version", value: "26.1", known: true },
    { path: "device.operating-system.supplemental.build-version", value: "25A", known: true },
    { path: "management.declarations", value: declarations, known: true },
    { path: "management.client-capabilities", value: { "supported-versions": ["1.0.0"] }, known: true },
    { path: "softwareupdate.failure-reason", value: { count: 0 }, known: true },
  ]);
});

Deno.test("unpublished items are accepted, down to values that are not objects", () => {
  const report: JsonObject = {
    mdm: { "new-thing": { state: "on", list: [{ a: 1 }], nothing: null, empty: {} } },
    device: {},
    plain: 1,
    __proto_: true,
  };
  assert.deepEqual(flattenStatus(report), [
    { path: "mdm.new-thing.state", value: "on", known: false },
    { path: "mdm.new-thing.list", value: [{ a: 1 }], known: false },
    { path: "mdm.new-thing.nothing", value: null, known: false },
    { path: "mdm.new-thing.empty", value: {}, known: false },
    { path: "plain", value: 1, known: false },
    { path: "__proto_", value: true, known: false },
  ]);
});

Deno.test("a name appears once, even if a report spells it in two ways", () => {
  assert.deepEqual(flattenStatus({ a: { b: 1 }, "a.b": 2 }), [{ path: "a.b", value: 1, known: false }]);
  assert.deepEqual(flattenStatus({ "device.identifier.udid": "U" }), [
    { path: "device.identifier.udid", value: "U", known: true },
  ]);
});

Deno.test("hostile reports end at limits", () => {
  const many: JsonObject = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i]));
  assert.equal(flattenStatus(many).length, MAX_ITEMS);
  let deep: JsonObject = { end: 1 };
  for (let i = 0; i < 50_000; i++) deep = { a: deep };
  const [item] = flattenStatus(deep);
  assert.equal(item?.path, Array.from({ length: 16 }, () => "a").join("."));
  assert.equal(item?.known, false);
  assert.deepEqual(flattenStatus({ ["x".repeat(501)]: 1, ok: 2 }), [{ path: "ok", value: 2, known: false }]);
  const proto: JsonObject = JSON.parse(`{"__proto__": {"polluted": 1}, "constructor": {"prototype": 2}}`);
  assert.deepEqual(flattenStatus(proto).map(({ path }) => path), ["__proto__.polluted", "constructor.prototype"]);
  assert.equal(Object.hasOwn(Object.prototype, "polluted"), false);
});

Deno.test("no JSON makes a report throw, and no name appears twice", () => {
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })), (report) => {
    const paths = flattenStatus(JSON.parse(JSON.stringify(report))).map(({ path }) => path);
    assert.equal(new Set(paths).size, paths.length);
  }));
});
