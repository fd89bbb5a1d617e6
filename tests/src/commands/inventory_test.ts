import assert from "node:assert/strict";
import { certificateList } from "../../../src/commands/certificate_list.ts";
import { installedApplicationList } from "../../../src/commands/installed_application_list.ts";
import { profileList } from "../../../src/commands/profile_list.ts";
import { provisioningProfileList } from "../../../src/commands/provisioning_profile_list.ts";
import { buildPlist, dict, parsePlist, type Plist } from "../../../src/protocol/plist.ts";
import { wire } from "../../fixtures/wire/wire.ts";
import { byodIphone, COMMAND, iphone, mac, sent } from "./target.ts";
import { reportOf } from "../../support/messages.ts";

const report = (name: string) => reportOf(wire(`report-${name}`));
const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("the lists are asked for as Apple's schema has them", () => {
  assert.deepEqual(
    sent(installedApplicationList, iphone, { managed_only: true, identifiers: ["com.example.editor"] }),
    parsePlist(wire("command-installed-application-list")),
  );
  assert.deepEqual(sent(certificateList, mac, {}), parsePlist(wire("command-certificate-list")));
  assert.deepEqual(sent(profileList, mac, { managed_only: true }), parsePlist(wire("command-profile-list")));
});

Deno.test("Items is not sent to Macs and old phones, and a user enrollment is asked for managed apps only", () => {
  const command = (target: typeof mac) => {
    const payload = sent(installedApplicationList, target, {});
    assert.ok(typeof payload === "object" && "Command" in payload);
    return dict(payload, "Command");
  };
  assert.deepEqual(command(mac), { RequestType: "InstalledApplicationList", ManagedAppsOnly: false });
  assert.equal("Items" in (command({ ...iphone, osVersion: "13.7" }) ?? {}), false);
  assert.equal(command(byodIphone)?.ManagedAppsOnly, true);
});

Deno.test("installed apps are listed once, with exact numbers; others wait apart", () => {
  const [effect] = installedApplicationList.onAcknowledged?.(report("installed-application-list"), {}, mac) ?? [];
  assert.ok(effect?.kind === "apps");
  assert.deepEqual(effect.apps.map((app) => [app.identifier, app.name, app.version, app.shortVersion]), [
    ["com.example.editor", "Editor <Pro>", "2100", "2.1"],
    ["com.example.editor", "Editor <Pro>", "2000", "2.0"],
    [null, "Nameless Tool", "1", null],
  ]);
  assert.deepEqual(effect.apps[0], {
    identifier: "com.example.editor",
    name: "Editor <Pro>",
    version: "2100",
    shortVersion: "2.1",
    bundleSize: 5_000_000_000,
    dynamicSize: null,
    externalVersionIdentifier: "1152921504606846976",
    flags: { AppStoreVendable: false, IsValidated: true },
    source: "Declarative Device Management",
  });
  assert.deepEqual(effect.pending, [
    { identifier: "com.example.waits", version: "1", shortVersion: null, state: "waiting" },
    { identifier: "com.example.pauses", version: null, shortVersion: null, state: "paused" },
    { identifier: "com.example.installs", version: null, shortVersion: "3", state: "installing" },
    { identifier: "com.example.cancelled", version: null, shortVersion: null, state: "cancelled" },
    { identifier: "com.example.failed", version: null, shortVersion: null, state: "failed" },
  ]);
  assert.equal(effect.managedOnly, false);
  assert.equal(effect.identifiers, null);
});

Deno.test("an answer about selected apps names them", () => {
  const args = { identifiers: ["com.example.editor"] };
  const [effect] = installedApplicationList.onAcknowledged?.(report("installed-application-list"), args, mac) ?? [];
  assert.ok(effect?.kind === "apps");
  assert.deepEqual(effect.identifiers, ["com.example.editor"]);
});

Deno.test("only identities with a certificate are kept", () => {
  assert.deepEqual(certificateList.onAcknowledged?.(report("certificate-list"), {}, mac), [{
    kind: "certificates",
    certificates: [{ commonName: "device identity", der: encode("\x30\x03leaf") }],
    managedOnly: false,
  }]);
});

Deno.test("profiles have their payloads and signers; one without UUID is left out", () => {
  const [effect] = profileList.onAcknowledged?.(report("profile-list"), {}, mac) ?? [];
  assert.ok(effect?.kind === "profiles");
  assert.equal(effect.profiles.length, 2);
  assert.deepEqual(effect.profiles[0], {
    uuid: "C0FFEE00-1234-4ABC-8DEF-0123456789AB",
    identifier: "com.example.wifi",
    displayName: "Wi-Fi",
    description: "Network",
    organization: "Example",
    removalDisallowed: true,
    hasRemovalPasscode: false,
    managed: true,
    encrypted: false,
    source: null,
    payloads: [
      {
        identifier: "com.example.wifi.1",
        type: "com.apple.wifi.managed",
        uuid: "7D4E2B1A-93C8-4F65-8E21-0A9B8C7D6E5F",
        displayName: "Wi-Fi",
      },
      { identifier: "com.example.old", type: "com.apple.mail.managed", uuid: null, displayName: null },
    ],
    signers: [encode("\x30\x01a"), encode("\x30\x01b")],
  });
  assert.equal(effect.profiles[1]?.managed, null);
});

Deno.test("a result without its list is unreadable, not an empty inventory", () => {
  const odd = report("device-lock");
  assert.equal(installedApplicationList.onAcknowledged?.(odd, {}, mac)[0]?.kind, "unreadable");
  assert.equal(certificateList.onAcknowledged?.(odd, {}, mac)[0]?.kind, "unreadable");
  assert.equal(profileList.onAcknowledged?.(odd, {}, mac)[0]?.kind, "unreadable");
  assert.equal(provisioningProfileList.onAcknowledged?.(odd, {}, iphone)[0]?.kind, "unreadable");
});

Deno.test("the UUIDs of provisioning profiles are read; a list of the managed ones only says nothing of the others", () => {
  const list = (items: Plist[]) =>
    reportOf(buildPlist({
      UDID: "U",
      CommandUUID: COMMAND,
      Status: "Acknowledged",
      ProvisioningProfileList: items,
    }));
  const answer = (items: Plist[]) => provisioningProfileList.onAcknowledged?.(list(items), {}, iphone);
  assert.deepEqual(
    answer([{ UUID: "one", Name: "One" }, { Name: "Without" }, { UUID: "" }, { UUID: 7 }, { UUID: "two" }]),
    [
      { kind: "provisioningProfiles", uuids: ["one", "two"] },
    ],
  );
  assert.deepEqual(answer([]), [{ kind: "provisioningProfiles", uuids: [] }]);
  assert.equal(answer(Array(5001).fill({ UUID: "one" }))?.[0]?.kind, "unreadable");
  assert.match(
    JSON.stringify(sent(provisioningProfileList, iphone, {})),
    /\{"RequestType":"ProvisioningProfileList"\}/,
  );
  assert.equal(provisioningProfileList.fromApple?.({ ManagedOnly: true }, iphone), null);
  assert.deepEqual(provisioningProfileList.fromApple?.({ ManagedOnly: false }, iphone), {});
});
