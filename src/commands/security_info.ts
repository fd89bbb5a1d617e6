/**
 * SecurityInfo: the protection and management of a device.
 *
 * Promise: the personal recovery key is a separate effect; the stored security information never contains it, not even
 * encrypted. The attack: a person who may read a device's details gets a copy to attack offline.
 *
 * Source: Apple, "Security Info" (developer.apple.com/documentation/devicemanagement/security-info-command).
 *
 * @module
 */

import { bool, data, dict, type PlistDict, str } from "../protocol/plist.ts";
import { toForeignJson } from "../protocol/plist_json.ts";
import { present } from "../protocol/present.ts";
import { nothing } from "./arguments.ts";
import type { CommandDefinition, Effect, SecurityFacts } from "./command.ts";
import { channel, firstOf, userEnrollment } from "./validity.ts";

const NAME = "SecurityInfo";
const RECOVERY_KEY = "FDE_PersonalRecoveryKeyCMS";

export const securityInfo: CommandDefinition<Record<string, never>> = {
  name: NAME,
  requestType: NAME,
  args: nothing(),
  secretArgs: [],
  keepsResult: false,
  expiresAfter: 86_400,
  invalidFor: (target) => firstOf(channel(NAME, target), userEnrollment(NAME, target, ["iOS", "iPadOS", "macOS"])),
  build: () => ({}),
  onAcknowledged(report) {
    const info = dict(report.body, "SecurityInfo");
    if (info === undefined) return [{ kind: "unreadable", reason: 'The result has no "SecurityInfo"' }];
    const raw = toForeignJson(info, [RECOVERY_KEY]);
    const values = securityFacts(info);
    const effects: Effect[] = [{ kind: "securityInfo", values, raw }];
    const cms = data(info, RECOVERY_KEY);
    if (cms !== undefined && cms.length > 0) {
      effects.push({ kind: "prkCms", cms, deviceKey: str(info, "FDE_PersonalRecoveryKeyDeviceKey") ?? null });
    } else if (values.fileVaultEnabled === false && values.hasPersonalRecoveryKey !== true) {
      effects.push({ kind: "prkGone" });
    }
    return effects;
  },
  fromApple: () => ({}),
  describe: () => ({}),
};

/** Returns the facts in a SecurityInfo dictionary. */
export function securityFacts(info: PlistDict): SecurityFacts {
  const management = dict(info, "ManagementStatus") ?? {};
  const firmware = dict(info, "FirmwarePasswordStatus");
  return present({
    depEnrollment: bool(management, "EnrolledViaDEP"),
    userEnrollment: bool(management, "IsUserEnrollment"),
    userApproved: bool(management, "UserApprovedEnrollment"),
    activationLockManageable: bool(management, "IsActivationLockManageable"),
    bootstrapTokenAllowedForAuthentication: allowed(info, "BootstrapTokenAllowedForAuthentication"),
    bootstrapTokenRequiredForSoftwareUpdate: allowed(info, "BootstrapTokenRequiredForSoftwareUpdate"),
    bootstrapTokenRequiredForKextApproval: allowed(info, "BootstrapTokenRequiredForKernelExtensionApproval"),
    fileVaultEnabled: bool(info, "FDE_Enabled"),
    hasPersonalRecoveryKey: bool(info, "FDE_HasPersonalRecoveryKey"),
    firmwarePassword: firmware === undefined ? undefined : {
      exists: bool(firmware, "PasswordExists") ?? false,
      changePending: bool(firmware, "ChangePending") ?? false,
    },
    recoveryLockEnabled: bool(info, "IsRecoveryLockEnabled"),
  });
}

/** Returns a boolean, or Apple's words for one; "not supported" is neither. */
function allowed(info: PlistDict, key: string): boolean | undefined {
  const word = str(info, key)?.toLowerCase();
  return word === "allowed" ? true : word === "disallowed" ? false : bool(info, key);
}
