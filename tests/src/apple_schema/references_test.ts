import assert from "node:assert/strict";
import fc from "fast-check";
import { referencesIn } from "../../../src/apple_schema/declarations.ts";
import { DECLARATION_TYPES } from "../../../simulators/published.ts";

const APP = "com.apple.configuration.app.managed";
const FILES = "com.apple.configuration.services.configuration-files";
const SIMPLE = "com.apple.activation.simple";

Deno.test("references have the path, the value and the types that they take", () => {
  assert.deepEqual(referencesIn(SIMPLE, { StandardConfigurations: ["a", 1, "b"] }), [
    { keyPath: ["StandardConfigurations", "0"], value: "a", assetTypes: null },
    { keyPath: ["StandardConfigurations", "2"], value: "b", assetTypes: null },
  ]);
  const identity = [
    "com.apple.asset.credential.identity",
    "com.apple.asset.credential.scep",
    "com.apple.asset.credential.acme",
  ];
  assert.deepEqual(
    referencesIn(APP, {
      AppConfig: { DataAssetReference: "d", Identities: [{ Identifier: "i", AssetReference: "id" }] },
      ExtensionConfigs: { "com.example.ext (TEAM)": { DataAssetReference: "e" } },
    }),
    [
      { keyPath: ["AppConfig", "DataAssetReference"], value: "d", assetTypes: ["com.apple.asset.data"] },
      { keyPath: ["AppConfig", "Identities", "0", "AssetReference"], value: "id", assetTypes: identity },
      {
        keyPath: ["ExtensionConfigs", "com.example.ext (TEAM)", "DataAssetReference"],
        value: "e",
        assetTypes: ["com.apple.asset.data"],
      },
    ],
  );
  assert.deepEqual(referencesIn("com.apple.configuration.network.relay", { Relays: [{}, { PublicKeyData: ["k"] }] }), [
    { keyPath: ["Relays", "1", "PublicKeyData", "0"], value: "k", assetTypes: ["com.apple.asset.data"] },
  ]);
  for (const odd of [null, [], "x", { DataAssetReference: 1 }, { DataAssetReference: { a: "b" } }]) {
    assert.deepEqual(referencesIn(FILES, odd), []);
  }
});

Deno.test("a type that Apple does not publish has no references", () => {
  for (const type of ["", "com.apple.configuration.nothing", "any", "__proto__", "constructor"]) {
    assert.deepEqual(referencesIn(type, { StandardConfigurations: ["a"] }), []);
  }
});

Deno.test("lists that contain themselves end", () => {
  const type = "com.apple.configuration.safari.bookmarks";
  let folder: unknown = [];
  for (let i = 0; i < 10_000; i++) folder = [{ Title: "t", Folder: folder }];
  assert.deepEqual(referencesIn(type, { ManagedBookmarks: [{ Bookmarks: folder }] }), []);
});

Deno.test("every reference in any JSON is a string at its path", () => {
  const type = fc.constantFrom(...DECLARATION_TYPES);
  const name = fc.constantFrom("AppConfig", "DataAssetReference", "Relays", "PublicKeyData", "Authentication");
  const json = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 5 }, fc.string(), fc.array(tie("value")), fc.dictionary(name, tie("value"))),
  })).value;
  fc.assert(
    fc.property(type, json, (type, payload) => {
      for (const { keyPath, value } of referencesIn(type, payload)) {
        let at: unknown = payload;
        for (const step of keyPath) {
          assert.ok(typeof at === "object" && at !== null);
          at = Object.getOwnPropertyDescriptor(at, step)?.value;
        }
        assert.equal(at, value);
      }
    }),
    { numRuns: 500 },
  );
});
