import assert from "node:assert/strict";
import { accountConfiguration } from "../../../src/commands/account_configuration.ts";
import { deviceConfigured } from "../../../src/commands/device_configured.ts";
import { commandUnsupported } from "../../../src/apple_schema/commands.ts";
import { asDict, dict } from "../../../src/protocol/plist.ts";
import { byodMac, iphone, mac, macUser, sent, tv } from "./target.ts";

const settingUp = { ...mac, awaitingConfiguration: true };
const ACCOUNT = {
  full_name: "Example Admin",
  short_name: "exadmin",
  hidden: true,
  skip_primary_account: false,
  password: "ABCDEF-234567",
  password_hash: "aGFzaA==",
};

Deno.test("a Mac is sent the account of an administrator, with the hash and without the password", () => {
  const message = sent(accountConfiguration, settingUp, ACCOUNT);
  const command = dict(asDict(message), "Command");
  assert.deepEqual(command, {
    RequestType: "AccountConfiguration",
    SkipPrimarySetupAccountCreation: false,
    DontAutoPopulatePrimaryAccountInfo: true,
    AutoSetupAdminAccounts: [{
      shortName: "exadmin",
      fullName: "Example Admin",
      hidden: true,
      passwordHash: new TextEncoder().encode("hash"),
    }],
  });
  assert.equal(commandUnsupported("AccountConfiguration", command ?? {}, settingUp), null);
});

Deno.test("DeviceConfigured has nothing but its type", () => {
  const command = dict(asDict(sent(deviceConfigured, settingUp, { because: "ready" })), "Command");
  assert.deepEqual(command, { RequestType: "DeviceConfigured" });
  assert.equal(commandUnsupported("DeviceConfigured", command ?? {}, settingUp), null);
});

Deno.test("both are only for devices that wait in Setup Assistant, the account only for Macs", () => {
  for (
    const target of [settingUp, { ...iphone, awaitingConfiguration: true }, { ...tv, awaitingConfiguration: true }]
  ) {
    assert.equal(deviceConfigured.invalidFor(target), null);
    assert.equal(accountConfiguration.invalidFor(target) === null, target.platform === "macOS");
  }
  for (const target of [mac, { ...mac, awaitingConfiguration: null }, macUser, byodMac, iphone]) {
    assert.match(deviceConfigured.invalidFor(target) ?? "", /^Cannot send DeviceConfigured/);
    assert.match(accountConfiguration.invalidFor(target) ?? "", /^Cannot send AccountConfiguration/);
  }
});
