import assert from "node:assert/strict";
import { installProfile } from "../../../src/commands/install_profile.ts";
import { reenroll } from "../../../src/commands/reenroll.ts";
import { removeProfile } from "../../../src/commands/remove_profile.ts";
import { restartDevice } from "../../../src/commands/restart_device.ts";
import { parsePlist } from "../../../src/protocol/plist.ts";
import { wire } from "../../fixtures/wire/wire.ts";
import { mac, refusal, sent, tv } from "./target.ts";
import { reportOf } from "../../support/messages.ts";

const base64 = (text: string) => new TextEncoder().encode(text).toBase64();
const failed = reportOf(wire("report-install-profile-error"));
const version = "0d3e1f62-3c1b-4a52-9c1e-7f1b7d4e5a10";

Deno.test("a profile is sent byte for byte", () => {
  assert.deepEqual(
    sent(installProfile, mac, { profile: base64("<plist/>") }),
    parsePlist(wire("command-install-profile")),
  );
  assert.deepEqual(sent(reenroll, mac, { profile: base64("renewal") }), parsePlist(wire("command-reenroll")));
});

Deno.test("a profile that is not base64, or empty, is refused", () => {
  assert.match(refusal(installProfile, mac, {}) ?? "", /A profile or an artifact version is required/);
  assert.equal(refusal(installProfile, mac, { profile: "" }), "profile: This field is required.");
  assert.equal(refusal(reenroll, mac, { profile: "not base64!" }), "profile: Not valid base64.");
});

Deno.test("a profile is removed by its identifier", () => {
  assert.deepEqual(
    sent(removeProfile, mac, { identifier: "com.example.wifi" }),
    parsePlist(wire("command-remove-profile")),
  );
  assert.equal(refusal(removeProfile, mac, { identifier: "" }), "identifier: This field is required.");
});

Deno.test("the answer reports the state of the artifact version, with Apple's errors", () => {
  const install = { profile: base64("x"), artifact_version: version };
  const remove = { identifier: "x", artifact_version: version };
  assert.deepEqual(installProfile.onAcknowledged?.(failed, install, mac), [
    {
      kind: "artifact",
      artifactVersion: version,
      outcome: "accepted",
      contentRevision: 0,
      attempt: failed.commandUuid,
      errors: failed.errorChain,
    },
    { kind: "verifyProfiles" },
  ]);
  const [effect] = installProfile.onError?.(failed, install, mac) ?? [];
  assert.ok(effect?.kind === "artifact");
  assert.equal(effect.outcome, "failed");
  assert.equal(effect.errors[0]?.ErrorCode, 12021);
  const [removed] = removeProfile.onAcknowledged?.(failed, remove, mac) ?? [];
  assert.ok(removed?.kind === "artifact" && removed.outcome === "removed");
  const [removal] = removeProfile.onError?.(failed, remove, mac) ?? [];
  assert.ok(removal?.kind === "artifact" && removal.outcome === "removalFailed");
});

Deno.test("a profile of no artifact has no effect", () => {
  assert.deepEqual(installProfile.onAcknowledged?.(failed, { profile: base64("x") }, mac), []);
  assert.deepEqual(installProfile.onError?.(failed, { profile: base64("x") }, mac), []);
});

Deno.test("only newer Macs can ask the user before a restart", () => {
  assert.deepEqual(sent(restartDevice, mac, { notify_user: true }), parsePlist(wire("command-restart-device")));
  const bare = { CommandUUID: "C0FFEE00-1234-4ABC-8DEF-0123456789AB", Command: { RequestType: "RestartDevice" } };
  assert.deepEqual(sent(restartDevice, { ...mac, osVersion: "11.2.3" }, { notify_user: true }), bare);
  assert.deepEqual(sent(restartDevice, { ...tv, supervised: true }, { notify_user: true }), bare);
  assert.equal(refusal(restartDevice, mac, { notify_user: 1 }), "notify_user: Must be a valid boolean.");
});
