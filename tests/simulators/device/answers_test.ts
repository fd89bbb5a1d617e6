import assert from "node:assert/strict";
import { FileVault } from "../../../simulators/device/file_vault.ts";
import { answerCommand, SIMULATED_COMMANDS } from "../../../simulators/device/answers.ts";
import { emptyChannel } from "../../../simulators/device/channel_state.ts";
import type { DeviceState } from "../../../simulators/device/device_state.ts";
import { MODELS } from "../../../simulators/device/models.ts";
import { PLATFORMS } from "../../../src/protocol/platform.ts";
import { buildPlist, dict, dicts, parsePlist, type PlistDict } from "../../../src/protocol/plist.ts";

function stateOf(platform: string): DeviceState {
  const model = MODELS.find((one) => one.platform === platform);
  assert.ok(model);
  return {
    model,
    udid: "U",
    serialNumber: "S",
    name: "N",
    identity: undefined,
    ...emptyChannel(),
    profiles: [{ identifier: "one", uuid: "1", displayName: "One", payloads: [], by: "command" }],
    lockedWith: undefined,
    erased: false,
    automated: false,
    awaitingConfiguration: true,
    adminAccount: undefined,
    fileVault: new FileVault(false),
    recoveryPassword: { current: "", pending: undefined },
    ignoresRecoveryLock: false,
    bypassCode: "0000-BYPASS",
    restarts: 0,
    updateFailures: { count: 0, reason: "", at: "" },
    scheduledUpdate: undefined,
  };
}

const ask = (state: DeviceState, command: PlistDict) => answerCommand({ state, command, channel: state });

Deno.test("commands are listed in order", () => {
  const names = [...SIMULATED_COMMANDS].map(({ name }) => name);
  assert.deepEqual(names, [...names].sort());
});

for (const platform of PLATFORMS) {
  Deno.test(`${platform} answers every command that it supports with a valid property list`, async () => {
    for (
      const RequestType of [
        ..."DeviceInformation SecurityInfo InstalledApplicationList ManagedApplicationList".split(" "),
        ..."CertificateList ProfileList ProvisioningProfileList RestartDevice ShutDownDevice".split(" "),
      ]
    ) {
      const answer = await ask(stateOf(platform), { RequestType });
      assert.equal(answer.status, "Acknowledged", RequestType);
      assert.deepEqual(parsePlist(buildPlist(answer.body)), answer.body);
    }
  });

  Deno.test(`${platform} answers the queries that it is asked and knows, no others`, async () => {
    const { body } = await ask(stateOf(platform), {
      RequestType: "DeviceInformation",
      Queries: ["SerialNumber", "OSVersion", "NoSuchQuery"],
    });
    assert.deepEqual(Object.keys(dict(body, "QueryResponses") ?? {}), ["SerialNumber", "OSVersion"]);
  });

  Deno.test(`${platform} answers an unknown command with an error`, async () => {
    const { status, body } = await ask(stateOf(platform), { RequestType: "MakeCoffee" });
    assert.equal(status, "Error");
    assert.match(String(dicts(body, "ErrorChain")[0]?.["USEnglishDescription"]), /MakeCoffee/);
    assert.equal((await ask(stateOf(platform), {})).status, "Error");
  });
}

Deno.test("a Mac is locked only with a PIN of six digits, a phone without one", async () => {
  const mac = stateOf("macOS");
  assert.equal((await ask(mac, { RequestType: "DeviceLock" })).status, "Error");
  assert.equal(mac.lockedWith, undefined);
  assert.equal((await ask(mac, { RequestType: "DeviceLock", PIN: "123456" })).status, "Acknowledged");
  assert.equal(mac.lockedWith, "123456");
  const phone = stateOf("iOS");
  assert.equal((await ask(phone, { RequestType: "DeviceLock" })).status, "Acknowledged");
  assert.equal(phone.lockedWith, "");
});

Deno.test("a profile is removed once", async () => {
  const state = stateOf("macOS");
  const command = { RequestType: "RemoveProfile", Identifier: "one" };
  assert.equal((await ask(state, command)).status, "Acknowledged");
  assert.deepEqual(state.profiles, []);
  assert.equal((await ask(state, command)).status, "Error");
});

Deno.test("only the apps that are asked for are listed", async () => {
  const list = async (command: Record<string, boolean | string[]>) =>
    dicts(
      (await ask(stateOf("macOS"), { RequestType: "InstalledApplicationList", ...command })).body,
      "InstalledApplicationList",
    ).map(({ Identifier }) => Identifier);
  assert.deepEqual(await list({ ManagedAppsOnly: true }), ["com.example.inventory"]);
  assert.deepEqual(await list({ Identifiers: ["com.apple.Safari", "com.nobody"] }), ["com.apple.Safari"]);
  assert.equal((await list({})).length, 4);
});

Deno.test("a system of version 27 does not know the commands of updates any more", async () => {
  for (const RequestType of ["AvailableOSUpdates", "ScheduleOSUpdate", "OSUpdateStatus"]) {
    for (const [osVersion, status] of [["26.9", "Acknowledged"], ["27.0", "Error"]] as const) {
      const state = stateOf("iOS");
      state.model = { ...state.model, osVersion };
      assert.equal((await ask(state, { RequestType })).status, status, `${RequestType} on ${osVersion}`);
    }
  }
});
