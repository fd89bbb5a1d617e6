import assert from "node:assert/strict";
import { securityFacts, securityInfo } from "../../../src/commands/security_info.ts";
import { parsePlist } from "../../../src/protocol/plist.ts";
import { wire } from "../../fixtures/wire/wire.ts";
import { mac, sent } from "./target.ts";
import { reportOf } from "../../support/messages.ts";

const result = (name: string) => securityInfo.onAcknowledged?.(reportOf(wire(name)), {}, mac) ?? [];

Deno.test("SecurityInfo is asked without arguments", () => {
  assert.deepEqual(sent(securityInfo, mac, {}), parsePlist(wire("command-security-info")));
});

Deno.test("the recovery key is returned separately and is not part of the stored facts", () => {
  const [info, key, ...more] = result("report-security-info-mac");
  assert.deepEqual(more, []);
  assert.ok(info?.kind === "securityInfo" && key?.kind === "prkCms");
  assert.equal(key.deviceKey, "C02XK0ABJGH5");
  assert.equal(key.cms[0], 0x30);
  assert.equal("FDE_PersonalRecoveryKeyCMS" in info.raw, false);
  assert.doesNotMatch(JSON.stringify(info), /MIBlbnZlbG9wZWQ/);
  assert.equal(info.raw.FDE_HasPersonalRecoveryKey, true);
  assert.deepEqual(info.values, {
    depEnrollment: true,
    userEnrollment: false,
    userApproved: true,
    activationLockManageable: true,
    bootstrapTokenAllowedForAuthentication: true,
    bootstrapTokenRequiredForSoftwareUpdate: false,
    bootstrapTokenRequiredForKextApproval: true,
    fileVaultEnabled: true,
    hasPersonalRecoveryKey: true,
    firmwarePassword: { exists: false, changePending: true },
    recoveryLockEnabled: false,
  });
});

Deno.test("facts that a phone does not report are absent", () => {
  const effects = result("report-security-info-iphone");
  assert.equal(effects.length, 1);
  assert.ok(effects[0]?.kind === "securityInfo");
  assert.deepEqual(effects[0].values, { userEnrollment: true });
});

Deno.test("only booleans and Apple's two words count", () => {
  assert.deepEqual(
    securityFacts({
      ManagementStatus: { EnrolledViaDEP: "true", IsUserEnrollment: 1 },
      BootstrapTokenAllowedForAuthentication: "not supported",
      BootstrapTokenRequiredForSoftwareUpdate: "disallowed",
    }),
    { bootstrapTokenRequiredForSoftwareUpdate: false },
  );
});

Deno.test("a result without SecurityInfo is unreadable", () => {
  assert.equal(result("report-device-lock")[0]?.kind, "unreadable");
});
