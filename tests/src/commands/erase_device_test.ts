import assert from "node:assert/strict";
import type { CommandTarget } from "../../../src/commands/command.ts";
import { eraseDevice } from "../../../src/commands/erase_device.ts";
import { formFields } from "../../../src/commands/form_fields.ts";
import { parsePlist } from "../../../src/protocol/plist.ts";
import { wire } from "../../fixtures/wire/wire.ts";
import { COMMAND, intelMac, ipad, iphone, mac, refusal, sent, tv } from "./target.ts";

const bare = (command: Record<string, string | boolean>) => ({ CommandUUID: COMMAND.toUpperCase(), Command: command });

Deno.test("a phone or tablet is erased with both choices", () => {
  const choices = { disallow_proximity_setup: true, preserve_data_plan: false };
  assert.deepEqual(sent(eraseDevice, iphone, choices), parsePlist(wire("command-erase-device")));
  assert.deepEqual(sent(eraseDevice, ipad, { ...choices, pin: "ignored" }), parsePlist(wire("command-erase-device")));
  assert.equal(
    refusal(eraseDevice, iphone, {}),
    "disallow_proximity_setup: This field is required.; preserve_data_plan: This field is required.",
  );
  assert.equal(
    refusal(eraseDevice, ipad, { ...choices, preserve_data_plan: "yes" }),
    "preserve_data_plan: Must be a valid boolean.",
  );
});

Deno.test("an Intel Mac without T2 needs a PIN of six letters or digits", () => {
  assert.equal(refusal(eraseDevice, intelMac, {}), "pin: This field is required.");
  for (const pin of ["", "abcde", "abcdefg", "abc-ef", "abcdef\n", "äbcdef", " abcde"]) {
    assert.equal(refusal(eraseDevice, intelMac, { pin }), "pin: This value does not match the required pattern.");
  }
  assert.deepEqual(sent(eraseDevice, intelMac, { pin: "aB3dE6" }), bare({ RequestType: "EraseDevice", PIN: "aB3dE6" }));
});

Deno.test("other Macs and Apple TVs take nothing", () => {
  const everything = { pin: "aB3dE6", preserve_data_plan: true };
  const t2 = { ...intelMac, activationLockManageable: true };
  for (const target of [mac, t2, tv]) {
    assert.deepEqual(sent(eraseDevice, target, everything), bare({ RequestType: "EraseDevice" }));
  }
});

Deno.test("until a Mac has reported its chip, its model decides", () => {
  const asked = (target: CommandTarget) => formFields(eraseDevice, target).map(({ name }) => name);
  assert.deepEqual(asked({ ...intelMac, appleSilicon: null, activationLockManageable: null }), ["pin"]);
  assert.deepEqual(asked({ ...mac, appleSilicon: null, activationLockManageable: null }), []);
  assert.deepEqual(asked({ ...iphone, appleSilicon: null }), [
    "preserve_data_plan",
    "disallow_proximity_setup",
    "return_to_service",
    "wifi_profile",
  ]);
  assert.deepEqual(asked({ ...iphone, osVersion: "16.7" }), ["preserve_data_plan", "disallow_proximity_setup"]);
});

Deno.test("the audit log does not see the PIN", () => {
  assert.deepEqual(eraseDevice.describe({ pin: "aB3dE6" }), { pin: "<redacted>" });
});
