import assert from "node:assert/strict";
import { ProtocolError } from "../../../src/protocol/errors.ts";
import { hardwareOf, parseMachineInfo } from "../../../src/protocol/machine_info.ts";
import { buildPlist } from "../../../src/protocol/plist.ts";
import { wire } from "../../fixtures/wire/wire.ts";

Deno.test("MachineInfo of Automated Device Enrollment has its facts", () => {
  assert.deepEqual(parseMachineInfo(wire("machine-info")), {
    udid: "00008110-000A1D8E3C42801E",
    serialNumber: "F2LXK0ABCDEF",
    product: "iPhone14,2",
    buildVersion: "21A329",
    buildVersionExtra: "21A329a",
    osVersion: "17.0",
    osVersionExtra: "(a)",
    language: "en_US",
    softwareUpdateDeviceId: "iPhone14,2",
    canRequestSoftwareUpdate: true,
    platform: "iOS",
  });
});

Deno.test("the body of an over-the-air phase has the challenge, and no update request by default", () => {
  const info = parseMachineInfo(wire("machine-info-ota"));
  assert.equal(info.challenge, "enrollment secret");
  assert.equal(info.canRequestSoftwareUpdate, false);
  assert.equal(info.platform, "macOS");
  assert.deepEqual(hardwareOf(info), { udid: "0B3A5C1E-7A4D-5F2B-9C11-2E6D4F8A9B01", serialNumber: "C02XK0ABJGH5" });
});

Deno.test("hardware that is not named is an error with the key", () => {
  const of = (body: Record<string, string>) => hardwareOf(parseMachineInfo(buildPlist(body)));
  assert.throws(() => of({ SERIAL: "a" }), /"UDID" is missing/);
  assert.throws(() => of({ UDID: "a", SERIAL: "" }), /"SERIAL" is missing/);
});

Deno.test("facts of another type or length are refused", () => {
  const refused = (body: Record<string, string | number | boolean>, sentence: RegExp) =>
    assert.throws(
      () => parseMachineInfo(buildPlist(body)),
      (e) => e instanceof ProtocolError && sentence.test(e.message),
    );
  refused({ UDID: 1 }, /"UDID" is a number/);
  refused({ CHALLENGE: true }, /"CHALLENGE" is a boolean/);
  refused({ SERIAL: "x".repeat(256) }, /256 characters/);
  assert.throws(() => parseMachineInfo(buildPlist([])), /should be a dictionary/);
});
