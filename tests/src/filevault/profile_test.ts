import assert from "node:assert/strict";
import { checkProfile, profileRefusals } from "../../../src/apple_schema/profile_check.ts";
import { filevaultConfigUuid } from "../../../src/filevault/config_uuid.ts";
import { filevaultProfile } from "../../../src/filevault/profile.ts";
import { asDict, buildPlist, dicts, parsePlist, str } from "../../../src/protocol/plist.ts";

const CONFIG = {
  id: 7,
  escrowLocationDisplayName: "Example IT",
  atLoginOnly: true,
  bypassAttempts: 3,
  showRecoveryKey: false,
  destroyKeyOnStandby: true,
};
const GIVEN = { prefix: "com.example", organization: "Example", certificate: new Uint8Array([0x30, 0]) };
const PROFILES = ["14.3", "14.4", "15.0", "26.1"].flatMap((osVersion) =>
  [true, false].map((awaitingConfiguration) => ({
    osVersion,
    awaitingConfiguration,
    profile: asDict(parsePlist(buildPlist(filevaultProfile(CONFIG, { osVersion, awaitingConfiguration }, GIVEN)))),
  }))
);

Deno.test("FileVault is forced from macOS 14.4 in Setup Assistant, and deferred otherwise", () => {
  for (const { osVersion, awaitingConfiguration, profile } of PROFILES) {
    const [payload] = dicts(profile, "PayloadContent");
    assert.ok(payload);
    const forced = awaitingConfiguration && osVersion !== "14.3";
    assert.equal(payload["ForceEnableInSetupAssistant"], forced ? true : undefined);
    assert.equal(payload["DeferDontAskAtUserLogout"], forced ? undefined : true);
    assert.equal(payload["Defer"], true);
  }
});

Deno.test("the profile is what Apple's schema asks for", () => {
  for (const { osVersion, profile } of PROFILES) {
    assert.deepEqual(profileRefusals(profile), []);
    assert.deepEqual(checkProfile(profile, { channel: "Device", platforms: ["macOS"] }), [], osVersion);
  }
});

Deno.test("identifiers are the same for all settings; the UUIDs of certificate and escrow follow the certificate alone", () => {
  const mac = { osVersion: "26.1", awaitingConfiguration: false };
  const names = (config: typeof CONFIG, certificate = GIVEN.certificate) => {
    const profile = filevaultProfile(config, mac, { ...GIVEN, certificate });
    return [profile, ...dicts(profile, "PayloadContent")].map((one) => ({
      identifier: str(one, "PayloadIdentifier") ?? "",
      uuid: str(one, "PayloadUUID") ?? "",
    }));
  };
  const one = names(CONFIG);
  const other = names({ ...CONFIG, id: 8, bypassAttempts: 0 });
  assert.deepEqual(one.map(({ identifier }) => identifier), [
    "com.example.mdm.fv",
    "com.example.mdm.fv.configuration",
    "com.example.mdm.fv.options",
    "com.example.mdm.fv.certificate",
    "com.example.mdm.fv.escrow",
  ]);
  assert.deepEqual(other.map(({ identifier }) => identifier), one.map(({ identifier }) => identifier));
  assert.deepEqual(one.map(({ uuid }, n) => uuid === other[n]?.uuid), [false, false, false, true, true]);
  const renewed = names(CONFIG, new Uint8Array([0x30, 1, 5]));
  assert.deepEqual(one.map(({ uuid }, n) => uuid === renewed[n]?.uuid), [true, true, true, false, false]);
});

Deno.test("only what the profile has changes the digest of a configuration", () => {
  const uuid = filevaultConfigUuid(CONFIG);
  assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(filevaultConfigUuid({ ...CONFIG, prkRotationIntervalDays: 90, name: "x" } as typeof CONFIG), uuid);
  const changes = [
    { id: 8 },
    { escrowLocationDisplayName: "x" },
    { atLoginOnly: false },
    { bypassAttempts: 4 },
    { showRecoveryKey: true },
    { destroyKeyOnStandby: false },
  ];
  const all = changes.map((change) => filevaultConfigUuid({ ...CONFIG, ...change }));
  assert.equal(new Set([uuid, ...all]).size, changes.length + 1);
});
