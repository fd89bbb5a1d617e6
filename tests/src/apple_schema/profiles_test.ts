import assert from "node:assert/strict";
import fc from "fast-check";
import { PLATFORMS } from "../../../src/protocol/platform.ts";
import { configurationProfile } from "../../../src/protocol/profile.ts";
import { buildPlist, parsePlist, type PlistDict, Real } from "../../../src/protocol/plist.ts";
import { checkProfile, type ProfileAudience, profileRefusals } from "../../../src/apple_schema/profile_check.ts";
import { formsOf, payloadForms } from "../../../src/apple_schema/profiles.ts";
import type { KeyFacts } from "../../../src/apple_schema/types.ts";
import { MAX_ISSUES } from "../../../src/apple_schema/validate.ts";
import { PAYLOAD_TYPES } from "../../../simulators/published.ts";

const MAC: ProfileAudience = { channel: "Device", platforms: ["macOS"] };
const PHONE: ProfileAudience = { channel: "Device", platforms: ["iOS", "iPadOS"] };

let serial = 0;
const payload = (PayloadType: string, keys: PlistDict = {}): PlistDict => ({
  PayloadType,
  PayloadVersion: 1,
  PayloadIdentifier: `com.example.${++serial}`,
  PayloadUUID: crypto.randomUUID(),
  ...keys,
});
const profile = (...payloads: PlistDict["x"][]): PlistDict => ({
  ...payload("Configuration"),
  PayloadContent: payloads,
});
const messages = (value: unknown, audience = MAC) => checkProfile(value, audience).map(({ message }) => message);
const without = (from: PlistDict, ...keys: string[]): PlistDict =>
  Object.fromEntries(Object.entries(from).filter(([key]) => !keys.includes(key)));

Deno.test("payload types are Apple's, without the files that describe none", () => {
  for (const type of ["com.apple.dock", ".GlobalPreferences", "loginwindow", "com.apple.preference.users"]) {
    assert.ok(PAYLOAD_TYPES.includes(type), type);
  }
  for (const type of ["TopLevel", "CommonPayloadKeys", "", "constructor", "__proto__"]) {
    assert.deepEqual(payloadForms(type), [], type);
  }
});

Deno.test("profiles as Apple documents them have no warnings", () => {
  const good: [PlistDict, ProfileAudience][] = [
    [profile(payload("com.apple.dock", { tilesize: new Real(48), autohide: true })), MAC],
    [profile(payload("com.apple.dock", { magnification: true })), { ...MAC, channel: "User" }],
    [profile(payload("com.apple.applicationaccess", { allowCamera: true })), {
      ...MAC,
      platforms: ["iOS", "iPadOS", "macOS"],
    }],
    [
      profile(payload("com.apple.wifi.managed", {
        SSID_STR: "Example",
        EncryptionType: "WPA2",
        Password: "secret",
        EAPClientConfiguration: { AcceptEAPTypes: [13], TLSTrustedServerNames: ["radius.example.com"] },
      })),
      { ...MAC, platforms: PLATFORMS },
    ],
    [
      profile(payload("com.apple.extensiblesso", {
        ExtensionIdentifier: "com.apple.AppSSOKerberos.KerberosExtension",
        TeamIdentifier: "apple",
        Type: "Credential",
        Realm: "EXAMPLE.COM",
        ExtensionData: { pwReqLength: 12 },
      })),
      MAC,
    ],
    [
      profile(payload("com.apple.extensiblesso", {
        ExtensionIdentifier: "com.example.sso",
        TeamIdentifier: "ABCDE12345",
        Type: "Redirect",
        URLs: ["https://sso.example.com/"],
        ExtensionData: { anything: { at: ["all"] } },
      })),
      MAC,
    ],
    // Several files of the schema are about com.apple.MCX; one payload may have keys of them all.
    [profile(payload("com.apple.MCX", { DisableGuestAccount: true, RequireAdminForIBSS: true })), MAC],
    [profile(payload("com.apple.security.scep", { PayloadContent: { Name: "issuer" } })), MAC],
    [
      profile(payload("com.apple.security.scep", {
        PayloadContent: { URL: "https://scep.example.com/", SubjectAltName: { dNSName: ["a.example", "b.example"] } },
      })),
      MAC,
    ],
    [{ ...without(profile(), "PayloadContent"), IsEncrypted: true, EncryptedPayloadContent: new Uint8Array(2) }, MAC],
    // Editors write it everywhere.
    [{ ...profile(payload("com.apple.dock", { PayloadEnabled: true })), PayloadEnabled: true }, MAC],
  ];
  for (const [value, audience] of good) {
    assert.deepEqual(messages(value, audience), []);
    assert.deepEqual(messages(parsePlist(buildPlist(value), { keepReals: true }), audience), []);
    assert.deepEqual(profileRefusals(value), []);
  }
});

Deno.test("preferences of other software may have any keys", () => {
  const preferences = {
    "com.example.app": { "Set-Once": [{ mcx_data_timestamp: new Date(0), mcx_preference_settings: {} }] },
  };
  assert.deepEqual(
    messages(profile(
      payload("com.apple.ManagedClient.preferences", { PayloadContent: preferences }),
      payload("com.example.app", { Anything: [1, { at: "all" }] }),
      payload("com.example.app", {}),
    )),
    [],
  );
  assert.deepEqual(messages(profile(payload("com.apple.ManagedClient.preferences", { PayloadContent: 1 }))), [
    `"PayloadContent.0.PayloadContent" is an integer, it should be a dictionary`,
  ]);
});

Deno.test("a fault in a payload is one sentence with its place", () => {
  const cases: [PlistDict, string[]][] = [
    [payload("com.apple.dock", { tilesize: 4 }), [`"PayloadContent.0.tilesize" is 4, it should be at least 16`]],
    [payload("com.apple.dock", { TileSize: 48 }), [
      `"PayloadContent.0.TileSize" is not a known key, it should be "tilesize"`,
    ]],
    [payload("com.apple.dock", { autohide: 1 }), [`"PayloadContent.0.autohide" is 1, it should be a boolean`]],
    [payload("com.apple.wifi.managed", { SSID_STR: "a", EncryptionType: "WEP2" }), [
      `"PayloadContent.0.EncryptionType" is "WEP2", it should be one of "WEP", "WPA", "WPA2", "WPA3", "Any", "None"`,
    ]],
    [payload("com.apple.security.firewall"), [
      `"PayloadContent.0.EnableFirewall" is missing, it should be a boolean`,
    ]],
    [without(payload("com.example.app"), "PayloadVersion", "PayloadIdentifier", "PayloadUUID"), [
      `"PayloadContent.0.PayloadIdentifier" is missing, it should be a string`,
      `"PayloadContent.0.PayloadUUID" is missing, it should be a string`,
      `"PayloadContent.0.PayloadVersion" is missing, it should be an integer`,
    ]],
    [{ ...payload("com.example.app"), PayloadVersion: 2 }, [
      `"PayloadContent.0.PayloadVersion" is 2, it should be 1`,
    ]],
  ];
  for (const [one, expected] of cases) assert.deepEqual(messages(profile(one)), expected);
});

Deno.test("the profile around its payloads is checked, too", () => {
  const cases: [PlistDict, string[]][] = [
    [without(profile(), "PayloadVersion", "PayloadContent"), [
      `"PayloadVersion" is missing, it should be an integer`,
      `"PayloadContent" is missing, it should be an array`,
    ]],
    [{ ...profile(), PayloadContent: {} }, [`"PayloadContent" is a dictionary, it should be an array`]],
    [{ ...profile(), PayloadType: "com.apple.dock", Colour: "green" }, [
      `"PayloadType" is "com.apple.dock", it should be "Configuration"`,
      `"Colour" is not a known key`,
    ]],
  ];
  for (const [one, expected] of cases) assert.deepEqual(messages(one), expected);
});

Deno.test("no value without bounds is shown", () => {
  const secret = 8472915;
  const told = messages(profile(payload("com.apple.wifi.managed", {
    SSID_STR: "Example",
    Password: secret,
    EAPClientConfiguration: { UserPassword: [String(secret)], UserName: new Uint8Array(4), Unknown: String(secret) },
  })));
  assert.equal(told.length, 5, told.join("\n"));
  for (const sentence of told) assert.ok(!sentence.includes(String(secret)), sentence);
});

Deno.test("a text with variables is a text, and its form is not known yet", () => {
  const open = { ...MAC, isOpen: (text: string) => text.startsWith("$") };
  assert.deepEqual(
    messages(
      profile(payload("com.apple.wifi.managed", { SSID_STR: "a", EncryptionType: "$X", HIDDEN_NETWORK: "$X" })),
      open,
    ),
    [`"PayloadContent.0.HIDDEN_NETWORK" is a string, it should be a boolean`],
  );
});

Deno.test("platforms that are switched on and cannot have a payload are named", () => {
  const dock = profile(payload("com.apple.dock", { tilesize: 48 }));
  assert.deepEqual(messages(dock, { channel: "Device", platforms: PLATFORMS }), [
    `"PayloadContent.0" (com.apple.dock) is not available on iOS, iPadOS, and tvOS`,
  ]);
  assert.deepEqual(messages(dock, { channel: "Device", platforms: [] }), []);
  // A key is worth a warning only where no platform that gets the payload has it.
  const camera = profile(payload("com.apple.applicationaccess", { allowAirPlayIncomingRequests: true }));
  assert.deepEqual(messages(camera, PHONE), [
    `"PayloadContent.0.allowAirPlayIncomingRequests" is not available on iOS and iPadOS`,
  ]);
});

Deno.test("supervision and the channel are reported by payload, and by key if only the key needs them", () => {
  const lock = profile(payload("com.apple.app.lock", { App: { Identifier: "com.example.app" } }));
  assert.deepEqual(messages(lock, PHONE), [
    `"PayloadContent.0" (com.apple.app.lock) needs a supervised device on iOS and iPadOS`,
  ]);
  const store = profile(payload("com.apple.applicationaccess", { allowAppInstallation: false, allowCamera: false }));
  const needing = messages(store, PHONE);
  assert.ok(
    needing.includes(`"PayloadContent.0.allowAppInstallation" needs a supervised device on iOS and iPadOS`),
    needing.join("\n"),
  );
  const firewall = profile(payload("com.apple.security.firewall", { EnableFirewall: true }));
  assert.deepEqual(messages(firewall, { ...MAC, channel: "User" }), [
    `"PayloadContent.0" (com.apple.security.firewall) is for the device channel on macOS, the profile is for the user channel`,
  ]);
  assert.deepEqual(messages(firewall), []);
});

Deno.test("a second payload is reported once if a device accepts only one of its type", () => {
  const dock = () => payload("com.apple.dock");
  assert.deepEqual(messages(profile(dock(), dock(), dock())), [
    `"PayloadContent.1" is the second payload of type com.apple.dock, macOS takes one`,
  ]);
  const certificate = () => payload("com.apple.security.root", { PayloadContent: new Uint8Array(2) });
  assert.deepEqual(messages(profile(certificate(), certificate())), []);
  const one = dock();
  assert.deepEqual(
    messages(profile(payload("a.b", { PayloadIdentifier: "x" }), payload("a.c", { PayloadIdentifier: "x" }))),
    [
      `"PayloadContent.1.PayloadIdentifier" is that of "PayloadContent.0" too, each payload should have one of its own`,
    ],
  );
  const twice = profile(one, { ...dock(), PayloadUUID: one.PayloadUUID ?? "" });
  assert.ok(
    messages(twice).includes(
      `"PayloadContent.1.PayloadUUID" is that of "PayloadContent.0" too, each payload should have one of its own`,
    ),
  );
  assert.deepEqual(profileRefusals(twice), []);
});

Deno.test("a payload without a type is certain to be refused", () => {
  assert.deepEqual(
    profileRefusals(
      profile(without(payload("x"), "PayloadType"), payload("x", { PayloadType: 1 }), payload(""), "text"),
    ),
    [
      `"PayloadContent.0.PayloadType" is missing, it should be a string`,
      `"PayloadContent.1.PayloadType" is an integer, it should be a string`,
      `"PayloadContent.2.PayloadType" is empty, it should be the type of the payload`,
      `"PayloadContent.3" is a string, it should be a dictionary with a PayloadType`,
    ],
  );
});

Deno.test("the form of a type is that which a payload names, else those whose keys it has", () => {
  const forms = payloadForms("com.apple.MCX");
  assert.ok(forms.length > 3);
  assert.equal(formsOf("com.apple.MCX", { DisableGuestAccount: true }).length, 1);
  assert.equal(formsOf("com.apple.MCX", {}).length, forms.length);
  assert.deepEqual(formsOf("com.example.app", {}), []);
  assert.deepEqual(messages(profile(payload("com.apple.MCX", { Colour: true }))), [
    `"PayloadContent.0.Colour" is not a known key`,
  ]);
});

Deno.test("profiles written by this server have no warnings", () => {
  const ours = configurationProfile({
    identifier: "com.example.ours",
    uuid: crypto.randomUUID(),
    displayName: "Ours",
    payloads: [payload("com.apple.security.root", { PayloadContent: new Uint8Array(2) })],
  });
  assert.deepEqual(messages(ours, { channel: "Device", platforms: PLATFORMS }), []);
});

Deno.test("sentences end at a limit, whatever is wrong", () => {
  const many = Array.from({ length: 2000 }, () => ({ PayloadType: "com.apple.dock", Wrong: 1 }));
  assert.equal(checkProfile(profile(...many), MAC).length, MAX_ISSUES);
  assert.ok(profileRefusals(profile(...many.map(() => ({})))).length <= MAX_ISSUES);
});

const anything = (): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.anything({ withDate: true, withBigInt: true, withNullPrototype: true, withTypedArray: true, maxDepth: 4 }),
    fc.constant(new Real(2)),
  );

/** A payload with keys of its type, at every depth, and any values. */
const ownKeys = (keys: readonly KeyFacts[], depth = 0): fc.Arbitrary<unknown> =>
  fc.dictionary(
    fc.constantFrom("ANY", ...keys.map(({ key }) => key)),
    depth > 2 ? anything() : fc.oneof(
      anything(),
      ...keys.flatMap((key) => key.keys === undefined ? [] : [ownKeys(key.keys, depth + 1)]).slice(0, 5),
      fc.array(anything(), { maxLength: 3 }),
    ),
  );

Deno.test("no profile makes the check throw, and every warning is a sentence about its path", () => {
  const types = fc.constantFrom(...PAYLOAD_TYPES);
  const payloads = types.chain((type) =>
    fc.tuple(ownKeys(payloadForms(type).flatMap(({ keys }) => keys)), anything()).map(([keys, version]) => ({
      ...(typeof keys === "object" ? keys : {}),
      PayloadType: type,
      PayloadVersion: version,
    }))
  );
  const profiles = fc.oneof(
    anything(),
    fc.record({ PayloadContent: anything(), PayloadType: anything() }, { requiredKeys: [] }),
    fc.record({ PayloadContent: fc.array(fc.oneof(payloads, anything()), { maxLength: 4 }), IsEncrypted: anything() }),
  );
  const audiences = fc.record({
    channel: fc.constantFrom("Device" as const, "User" as const),
    platforms: fc.subarray([...PLATFORMS]),
  });
  fc.assert(
    fc.property(profiles, audiences, (value, audience) => {
      const issues = checkProfile(value, audience);
      assert.ok(issues.length <= MAX_ISSUES);
      for (const { path, message } of issues) {
        assert.ok(path === "" ? message.startsWith("The payload ") : message.startsWith(`"${path}"`), message);
      }
      for (const sentence of profileRefusals(value)) assert.match(sentence, /^"PayloadContent\./);
    }),
    { numRuns: 400 },
  );
});
