import assert from "node:assert/strict";
import { deviceFacts, deviceInformation } from "../../../src/commands/device_information.ts";
import { queriesFor } from "../../../src/commands/device_information_queries.ts";
import { parsePlist } from "../../../src/protocol/plist.ts";
import { wire } from "../../fixtures/wire/wire.ts";
import { byodIphone, ipad, iphone, mac, macUser, sent, tv, unknown } from "./target.ts";
import { reportOf } from "../../support/messages.ts";

const result = (name: string, target = mac) =>
  deviceInformation.onAcknowledged?.(reportOf(wire(name)), {}, target) ?? [];

Deno.test("an Apple TV is asked only for facts of an Apple TV", () => {
  assert.deepEqual(sent(deviceInformation, tv, {}), parsePlist(wire("command-device-information-tv")));
});

Deno.test("queries follow platform, version, enrollment and supervision", () => {
  assert.ok(queriesFor(mac).includes("IsAppleSilicon"));
  assert.ok(!queriesFor(iphone).includes("IsAppleSilicon"));
  assert.ok(!queriesFor({ ...mac, osVersion: "11.7" }).includes("IsAppleSilicon"));
  assert.ok(queriesFor({ ...mac, osVersion: "" }).includes("IsAppleSilicon"));
  assert.ok(queriesFor(iphone).includes("SerialNumber"));
  assert.ok(!queriesFor(byodIphone).includes("SerialNumber"));
  assert.ok(!queriesFor(byodIphone).includes("UDID"));
  assert.ok(!queriesFor({ ...iphone, supervised: true }).includes("ResidentUsers"));
  assert.ok(queriesFor({ ...ipad, supervised: true }).includes("ResidentUsers"));
  assert.ok(!queriesFor({ ...ipad, supervised: false }).includes("ResidentUsers"));
  assert.ok(queriesFor(mac).includes("ActiveManagedUsers"));
  assert.ok(!queriesFor(macUser).includes("ActiveManagedUsers"));
});

Deno.test("an unknown device is asked everything", () => {
  assert.equal(queriesFor(unknown).length, 66);
});

Deno.test("a Mac's answer becomes facts, with a rapid security response's extras", () => {
  const [effect, ...more] = result("report-device-information-mac");
  assert.deepEqual(more, []);
  assert.ok(effect?.kind === "deviceInformation");
  assert.deepEqual(effect.values, {
    platform: "macOS",
    awaitingConfiguration: false,
    udid: "0B3A5C1E-7A4D-5F2B-9C11-2E6D4F8A9B01",
    serialNumber: "C02XK0ABJGH5",
    name: "Ada’s Mac",
    model: "MacBookPro18,3",
    modelName: "MacBook Pro",
    osVersion: "13.3.1",
    osVersionExtra: "(a)",
    buildVersion: "22E261",
    buildVersionExtra: "22E772610a",
    appleSilicon: true,
    supervised: true,
    softwareUpdateDeviceId: "J314sAP",
    autoSetupAdminAccounts: [{ guid: "7D4E2B1A-93C8-4F65-8E21-0A9B8C7D6E5F", shortName: "admin" }],
  });
  assert.deepEqual(effect.raw.DevicePropertiesAttestation, ["MAE=", "MAI="]);
  assert.deepEqual(effect.raw.OSUpdateSettings, {
    AutoCheckEnabled: true,
    CatalogURL: "",
    PreviousScanDate: "2024-02-29T12:00:01.000Z",
  });
});

Deno.test("a phone's answer has its last IMEI, and no extra for its own build", () => {
  const [effect] = result("report-device-information-iphone", iphone);
  assert.ok(effect?.kind === "deviceInformation");
  assert.equal(effect.values.imei, "second");
  assert.equal(effect.values.meid, "35693803564380");
  assert.equal(effect.values.model, "iPhone14,2");
  assert.equal(effect.values.buildVersionExtra, "");
  assert.equal(effect.values.osVersionExtra, "");
  assert.equal("awaitingConfiguration" in effect.values, false);
  assert.equal("appleSilicon" in effect.values, false);
  assert.equal("autoSetupAdminAccounts" in effect.values, false);
});

Deno.test("an empty answer changes only the required facts", () => {
  assert.deepEqual(deviceFacts({ DeviceName: "", IsSupervised: "yes", AutoSetupAdminAccounts: [] }), {
    platform: null,
    autoSetupAdminAccounts: [],
  });
});

Deno.test("an answer without QueryResponses is unreadable, and a user's answer is not the device's", () => {
  assert.equal(result("report-device-lock")[0]?.kind, "unreadable");
  assert.deepEqual(result("report-device-information-mac", macUser), []);
});
