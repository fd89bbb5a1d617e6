/**
 * SecurityInfo: a Mac with its FileVault, and a phone with a passcode.
 *
 * @module
 */

import { acknowledged, type SimulatedCommand } from "./answer.ts";

export const securityInfo: SimulatedCommand = {
  name: "SecurityInfo",
  answer({ state }) {
    const { model, automated, fileVault, recoveryPassword } = state;
    return acknowledged({
      SecurityInfo: model.platform === "macOS"
        ? {
          ...fileVault.report(state),
          ...(model.appleSilicon === true ? { IsRecoveryLockEnabled: recoveryPassword.current !== "" } : {
            FirmwarePasswordStatus: {
              PasswordExists: recoveryPassword.current !== "",
              ChangePending: recoveryPassword.pending !== undefined,
              AllowOroms: false,
            },
          }),
          SystemIntegrityProtectionEnabled: true,
          FirewallSettings: { FirewallEnabled: true, BlockAllIncoming: false, StealthMode: false },
          BootstrapTokenAllowedForAuthentication: "allowed",
          BootstrapTokenRequiredForSoftwareUpdate: true,
          BootstrapTokenRequiredForKernelExtensionApproval: true,
          ManagementStatus: {
            EnrolledViaDEP: automated,
            UserApprovedEnrollment: true,
            IsUserEnrollment: false,
            IsActivationLockManageable: true,
          },
        }
        : {
          HardwareEncryptionCaps: 3,
          PasscodePresent: true,
          PasscodeCompliant: true,
          PasscodeCompliantWithProfiles: true,
          ManagementStatus: { EnrolledViaDEP: automated, IsUserEnrollment: false },
        },
    });
  },
};
