import assert from "node:assert/strict";
import fc from "fast-check";
import {
  assetTypesOf,
  DECLARATION_TYPES,
  declarationFacts,
  referenceKeys,
  referencesIn,
} from "../../../src/apple_schema/declarations.ts";

const APP = "com.apple.configuration.app.managed";
const FILES = "com.apple.configuration.services.configuration-files";
const LEGACY = "com.apple.configuration.legacy";
const PASSCODE = "com.apple.configuration.passcode.settings";
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

Deno.test("reference keys and asset types are known for a type", () => {
  assert.deepEqual(referenceKeys(SIMPLE), [{ keyPath: ["StandardConfigurations", "*"], assetTypes: null }]);
  assert.deepEqual(referenceKeys(LEGACY), [
    { keyPath: ["ProfileAssetReference"], assetTypes: ["com.apple.asset.data"] },
  ]);
  assert.deepEqual(referenceKeys(APP).map(({ keyPath }) => keyPath.join(".")).slice(0, 2), [
    "AppConfig.DataAssetReference",
    "AppConfig.Passwords.*.AssetReference",
  ]);
  assert.deepEqual(assetTypesOf("com.apple.configuration.security.identity"), [
    "com.apple.asset.credential.acme",
    "com.apple.asset.credential.identity",
    "com.apple.asset.credential.scep",
  ]);
  assert.deepEqual(assetTypesOf(PASSCODE), []);
  for (const type of DECLARATION_TYPES) {
    for (const asset of assetTypesOf(type)) assert.equal(declarationFacts(asset)?.kind, "asset", `${type}: ${asset}`);
  }
});

Deno.test("a type that Apple does not publish has no references", () => {
  for (const type of ["", "com.apple.configuration.nothing", "any", "__proto__", "constructor"]) {
    assert.deepEqual(referencesIn(type, { StandardConfigurations: ["a"] }), []);
    assert.deepEqual(referenceKeys(type), []);
    assert.deepEqual(assetTypesOf(type), []);
  }
});

Deno.test("lists that contain themselves end", () => {
  const type = "com.apple.configuration.safari.bookmarks";
  let folder: unknown = [];
  for (let i = 0; i < 10_000; i++) folder = [{ Title: "t", Folder: folder }];
  assert.deepEqual(referencesIn(type, { ManagedBookmarks: [{ Bookmarks: folder }] }), []);
  assert.deepEqual(referenceKeys(type), []);
});

Deno.test("every reference in any JSON is a string that stands at its path", () => {
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
