import assert from "node:assert/strict";
import fc from "fast-check";
import {
  declarationDeprecated,
  declarationFacts,
  declarationIgnored,
  declarationUnsupported,
  isKnownDeclaration,
  validateDeclaration,
} from "../../../src/apple_schema/declarations.ts";
import { validateCredential } from "../../../simulators/declarative/credential_check.ts";
import { byodIphone, ipad, ipadUser, iphone, mac, macUser, tv, unknown } from "./targets.ts";
import { DECLARATION_TYPES } from "../../../simulators/published.ts";

const PASSCODE = "com.apple.configuration.passcode.settings";
const PACKAGE = "com.apple.configuration.package";
const UPDATE = "com.apple.configuration.softwareupdate.enforcement.specific";
const LEGACY = "com.apple.configuration.legacy";
const APP = "com.apple.configuration.app.managed";
const FILES = "com.apple.configuration.services.configuration-files";
const SUBSCRIPTIONS = "com.apple.configuration.management.status-subscriptions";
const SIMPLE = "com.apple.activation.simple";

const messages = (type: string, payload: unknown) => validateDeclaration(type, payload).map(({ message }) => message);

/** Payloads as Apple documents them. */
const GOOD: [string, Record<string, unknown>][] = [
  [PASSCODE, {
    RequirePasscode: true,
    MinimumLength: 12,
    MaximumFailedAttempts: 6,
    CustomRegex: { Regex: "^.{12,}$", Description: { default: "Twelve characters", "en-US": "Twelve characters" } },
  }],
  [LEGACY, { ProfileURL: "https://mdm.example.com/profile" }],
  [LEGACY, { ProfileAssetReference: "profile" }],
  ["com.apple.configuration.legacy.interactive", { ProfileURL: "https://mdm.example.com/p", VisibleName: "Wi-Fi" }],
  ["com.apple.asset.credential.scep", { Reference: { DataURL: "https://mdm.example.com/scep" } }],
  ["com.apple.asset.credential.acme", {
    Reference: { DataURL: "https://mdm.example.com/acme", ContentType: "application/json" },
    Accessible: "AfterFirstUnlock",
  }],
  ["com.apple.asset.data", {
    Reference: { DataURL: "https://x.example/1", ContentType: "application/zip", Size: 12, "Hash-SHA-256": "ab" },
    Authentication: { Type: "MDM" },
  }],
  [UPDATE, { TargetOSVersion: "26.2", TargetLocalDateTime: "2026-02-01T12:00:00" }],
  [SUBSCRIPTIONS, { StatusItems: [{ Name: "device.operating-system.version" }] }],
  [SIMPLE, { StandardConfigurations: ["one", "two"], Predicate: "TRUEPREDICATE" }],
  [FILES, { ServiceType: "com.apple.sshd", DataAssetReference: "ssh" }],
  [PACKAGE, { ManifestURL: "https://x.example/m.plist", InstallBehavior: { Install: "Required" } }],
  [APP, {
    AppStoreID: "361309726",
    InstallBehavior: { Install: "Required" },
    AppConfig: { Passwords: [{ Identifier: "p", AssetReference: "password" }] },
  }],
  ["com.apple.management.properties", { name: "value", shard: 12, list: [1, "two"] }],
  ["com.apple.management.organization-info", { Name: "Example" }],
  ["com.apple.configuration.safari.bookmarks", {
    ManagedBookmarks: [{
      GroupIdentifier: "g",
      Title: "t",
      Bookmarks: [{ Title: "f", Folder: [{ Title: "f", Folder: [{ Title: "u", URL: "https://x.example" }] }] }],
    }],
  }],
];

/** Payloads with one fault each, and the sentence about it. */
const BAD: [string, unknown, string][] = [
  [PASSCODE, { MinimumLength: 20 }, `"MinimumLength" is 20, it should be at most 16`],
  [PASSCODE, { MaximumFailedAttempts: 1 }, `"MaximumFailedAttempts" is 1, it should be at least 2`],
  [PASSCODE, { MinimumLength: "8" }, `"MinimumLength" is a string, it should be an integer`],
  [PASSCODE, { RequirePasscode: 1 }, `"RequirePasscode" is 1, it should be a boolean`],
  [PASSCODE, { requirePasscode: true }, `"requirePasscode" is not a known key, it should be "RequirePasscode"`],
  [PASSCODE, { CustomRegex: {} }, `"CustomRegex.Regex" is missing, it should be a string`],
  [
    PASSCODE,
    { CustomRegex: { Regex: "x", Description: { default: 1 } } },
    `"CustomRegex.Description.default" is an integer, it should be a string`,
  ],
  [LEGACY, { ProfileURL: 1 }, `"ProfileURL" is an integer, it should be a string`],
  [LEGACY, { URL: "x" }, `"URL" is not a known key, it should be "ProfileURL" or "ProfileAssetReference"`],
  ["com.apple.asset.credential.scep", {}, `"Reference" is missing, it should be a dictionary`],
  [
    "com.apple.asset.credential.acme",
    { Reference: { ContentType: "application/json" } },
    `"Reference.DataURL" is missing, it should be a string`,
  ],
  [
    "com.apple.asset.credential.acme",
    { Reference: { DataURL: "https://x.example" }, Accessible: "Always" },
    `"Accessible" is "Always", it should be "Default" or "AfterFirstUnlock"`,
  ],
  [
    "com.apple.asset.data",
    { Reference: { DataURL: "https://x.example", Size: 1.5 } },
    `"Reference.Size" is a number with a fraction, it should be an integer`,
  ],
  [
    "com.apple.asset.data",
    { Reference: { DataURL: "https://x.example" }, Authentication: { Type: "Basic" } },
    `"Authentication.Type" is "Basic", it should be "MDM" or "None"`,
  ],
  [UPDATE, { TargetOSVersion: "26.2" }, `"TargetLocalDateTime" is missing, it should be a string`],
  [SUBSCRIPTIONS, { StatusItems: ["a"] }, `"StatusItems.0" is a string, it should be a dictionary`],
  [SUBSCRIPTIONS, { StatusItems: [{}] }, `"StatusItems.0.Name" is missing, it should be a string`],
  [SIMPLE, {}, `"StandardConfigurations" is missing, it should be an array`],
  [SIMPLE, { StandardConfigurations: "one" }, `"StandardConfigurations" is a string, it should be an array`],
  [SIMPLE, { StandardConfigurations: [1] }, `"StandardConfigurations.0" is an integer, it should be a string`],
  [FILES, { ServiceType: "com.apple.sshd" }, `"DataAssetReference" is missing, it should be a string`],
  [
    PACKAGE,
    { ManifestURL: "x", InstallBehavior: { Install: "Maybe" } },
    `"InstallBehavior.Install" is "Maybe", it should be "Optional" or "Required"`,
  ],
  [
    APP,
    { AppConfig: { Passwords: [{ Identifier: "p" }] } },
    `"AppConfig.Passwords.0.AssetReference" is missing, it should be a string`,
  ],
  ["com.apple.management.properties", { a: null }, `"a" is null, it should be a value`],
  [
    "com.apple.configuration.safari.bookmarks",
    { ManagedBookmarks: [{ GroupIdentifier: "g", Title: "t", Bookmarks: [{ Title: "f", Folder: [{}] }] }] },
    `"ManagedBookmarks.0.Bookmarks.0.Folder.0.Title" is missing, it should be a string`,
  ],
];

Deno.test("payloads as Apple documents them have no issues", () => {
  for (const [type, payload] of GOOD) assert.deepEqual(validateDeclaration(type, payload), [], type);
});

Deno.test("a fault in a payload is one sentence", () => {
  for (const [type, payload, message] of BAD) assert.deepEqual(messages(type, payload), [message]);
});

Deno.test("a type that Apple does not publish is unknown and has no issues", () => {
  for (const type of ["", "com.apple.configuration.nothing", "any", "__proto__", "constructor"]) {
    assert.equal(isKnownDeclaration(type), false);
    assert.equal(declarationFacts(type), null);
    assert.deepEqual(validateDeclaration(type, 1), []);
    assert.equal(declarationUnsupported(type, {}, mac), null);
    assert.equal(declarationDeprecated(type, null), null);
  }
});

Deno.test("all four kinds of declarations are included", () => {
  const kinds = Map.groupBy(DECLARATION_TYPES, (type) => declarationFacts(type)?.kind);
  assert.deepEqual([...kinds.keys()].sort(), ["activation", "asset", "configuration", "management"]);
  assert.equal(kinds.get("management")?.length, 3);
  assert.ok((kinds.get("configuration")?.length ?? 0) >= 45);
});

Deno.test("documents behind credential assets are checked", () => {
  const scep = { URL: "https://mdm.example.com/scep", Subject: [[["CN", "device"]]], Keysize: 2048, "Key Type": "RSA" };
  assert.deepEqual(validateCredential("com.apple.credential.scep", scep), []);
  assert.deepEqual(validateCredential("com.apple.credential.scep", { ...scep, Subject: [[["CN"]]], Keysize: 512 }), [
    { path: "Subject.0.0", message: `"Subject.0.0" has 1 elements, it should have 2` },
    { path: "Keysize", message: `"Keysize" is 512, it should be one of 1024, 2048, 4096` },
  ]);
  assert.equal(validateCredential("com.apple.credential.acme", {}).length, 6);
  assert.deepEqual(validateCredential("com.apple.credential.nothing", {}), []);
});

Deno.test("system, version, channel, supervision and enrollment decide whether a target can have a declaration", () => {
  const cases: [string, unknown, typeof mac, string | null][] = [
    [PASSCODE, {}, mac, null],
    [PASSCODE, {}, { ...mac, osVersion: "12.6" }, `${PASSCODE} needs macOS 13.0, the device has 12.6`],
    [PASSCODE, {}, { ...mac, osVersion: "13.0.1 (a)" }, null],
    [PASSCODE, {}, tv, `${PASSCODE} is not available on tvOS`],
    [PASSCODE, {}, ipadUser, `${PASSCODE} is for the device's channel, this is a user's`],
    [PASSCODE, {}, macUser, null],
    [
      PASSCODE,
      {},
      { ...mac, supervised: false },
      `${PASSCODE} is for a supervised device, this is a device enrollment without supervision`,
    ],
    [PASSCODE, {}, { ...mac, supervised: null, userEnrollment: null }, null],
    [PASSCODE, {}, { ...mac, osVersion: "" }, null],
    [PASSCODE, {}, byodIphone, null],
    [PACKAGE, {}, { ...mac, osVersion: "15.7" }, `${PACKAGE} needs macOS 26.0, the device has 15.7`],
    [PACKAGE, {}, macUser, `${PACKAGE} is for the device's channel, this is a user's`],
    [PACKAGE, {}, iphone, `${PACKAGE} is not available on iOS`],
    [
      UPDATE,
      {},
      byodIphone,
      `${UPDATE} is for a supervised device or a device enrollment without supervision, ` +
      "this is a user enrollment",
    ],
    [UPDATE, {}, iphone, null],
    [UPDATE, {}, { ...tv, osVersion: "18.3" }, `${UPDATE} needs tvOS 18.4, the device has 18.3`],
    [UPDATE, {}, unknown, null],
    [
      "com.apple.configuration.safari.bookmarks",
      {},
      mac,
      "com.apple.configuration.safari.bookmarks is for a user's " +
      "channel, this is the device's",
    ],
    ["com.apple.configuration.safari.bookmarks", {}, ipadUser, null],
    ["com.apple.asset.data", {}, ipadUser, null],
  ];
  for (const [type, payload, target, expected] of cases) {
    assert.equal(declarationUnsupported(type, payload, target), expected);
  }
});

Deno.test("a key that the target's version does not know yet keeps the whole back", () => {
  const old = { ...ipad, osVersion: "16.0" };
  assert.equal(
    declarationUnsupported(PASSCODE, { MaximumPasscodeAgeInDays: 90 }, old),
    `"MaximumPasscodeAgeInDays" needs iPadOS 16.2, the device has 16.0`,
  );
  assert.equal(declarationUnsupported(PASSCODE, { MaximumPasscodeAgeInDays: 90 }, { ...old, osVersion: "16.2" }), null);
  assert.equal(
    declarationUnsupported(LEGACY, { ProfileAssetReference: "p" }, mac),
    `"ProfileAssetReference" needs macOS 27.0, the device has 26.1`,
  );
  assert.equal(
    declarationUnsupported(PACKAGE, { ManifestURL: "x", UninstallBehavior: { Remove: true } }, mac),
    `"UninstallBehavior" needs macOS 27.0, the device has 26.1`,
  );
  assert.equal(declarationUnsupported(LEGACY, { ProfileAssetReference: "p" }, unknown), null);
});

Deno.test("a key that only some systems demand is demanded of those", () => {
  const type = "com.apple.configuration.math.settings";
  const payload = { Calculator: { InputModes: { UnitConversion: true } } };
  assert.deepEqual(validateDeclaration(type, payload), []);
  assert.equal(
    declarationUnsupported(type, payload, macUser),
    `"Calculator.InputModes.RPN" is missing, macOS needs it`,
  );
  assert.equal(declarationUnsupported(type, payload, ipad), null);
});

Deno.test("a key that the target does not use is reported and does not block the whole declaration", () => {
  assert.equal(declarationUnsupported(PASSCODE, { ChangeAtNextAuth: true }, ipad), null);
  assert.deepEqual(declarationIgnored(PASSCODE, { ChangeAtNextAuth: true }, ipad), [
    { path: "ChangeAtNextAuth", message: `"ChangeAtNextAuth" is not available on iPadOS` },
  ]);
  assert.deepEqual(declarationIgnored(PASSCODE, { ChangeAtNextAuth: true }, mac), []);
  const safari = "com.apple.configuration.safari.settings";
  assert.deepEqual(declarationIgnored(safari, { AllowPopups: false }, { ...ipad, supervised: false }), [{
    path: "AllowPopups",
    message: `"AllowPopups" is for a supervised device, this is a device enrollment without supervision`,
  }]);
  assert.deepEqual(
    declarationIgnored("com.apple.configuration.app.settings", { Privacy: {} }, { ...mac, osVersion: "27.0" }),
    [
      { path: "Privacy", message: `"Privacy" is for a user's channel, this is the device's` },
    ],
  );
});

Deno.test("a key that a system has removed is reported", () => {
  const payload = { AppStoreID: "1", InstallBehavior: { License: { VPPType: "Device" } } };
  const message = `"InstallBehavior.License.VPPType" was removed in iPadOS 18.0, the device has 26.1`;
  assert.equal(declarationDeprecated(APP, ipad, payload), message);
  assert.equal(
    declarationDeprecated(APP, { ...ipad, osVersion: "17.4" }, payload),
    `"InstallBehavior.License.VPPType" is removed in iPadOS 18.0`,
  );
  assert.equal(declarationDeprecated(APP, ipad), null);
  assert.equal(declarationDeprecated(APP, null, payload), null);
});

Deno.test("no JSON makes the checks of a target throw", () => {
  const target = fc.constantFrom(mac, macUser, iphone, ipad, ipadUser, tv, byodIphone, unknown);
  const type = fc.constantFrom(...DECLARATION_TYPES);
  fc.assert(
    fc.property(type, fc.jsonValue({ maxDepth: 5 }), target, (type, json, target) => {
      declarationUnsupported(type, json, target);
      declarationIgnored(type, json, target);
      declarationDeprecated(type, target, json);
    }),
    { numRuns: 500 },
  );
});

Deno.test("unknown facts of a target forbid no declaration", () => {
  for (const type of DECLARATION_TYPES) {
    for (const channel of ["Device", "User"] as const) {
      assert.equal(declarationUnsupported(type, {}, { ...unknown, channel }), null);
    }
  }
});
