/**
 * The table of a simulated device's answers to commands.
 *
 * @module
 */

import { commandFacts } from "../../src/apple_schema/commands.ts";
import { supportFor } from "../../src/apple_schema/support.ts";
import { compareOsVersions } from "../../src/protocol/os_version.ts";
import { str } from "../../src/protocol/plist.ts";
import { Registry } from "../../src/registry.ts";
import { type Asked, type CommandAnswer, failed, type SimulatedCommand } from "./commands/answer.ts";
import { accountConfiguration } from "./commands/account_configuration.ts";
import { activationLockBypassCode } from "./commands/activation_lock_bypass_code.ts";
import { availableOsUpdates } from "./commands/available_os_updates.ts";
import { certificateList } from "./commands/certificate_list.ts";
import { clearActivationLockBypassCode } from "./commands/clear_activation_lock_bypass_code.ts";
import { declarativeManagement } from "./commands/declarative_management.ts";
import { deviceConfigured } from "./commands/device_configured.ts";
import { deviceInformation } from "./commands/device_information.ts";
import { deviceLock } from "./commands/device_lock.ts";
import { eraseDevice } from "./commands/erase_device.ts";
import { installProfile } from "./commands/install_profile.ts";
import { installProvisioningProfile } from "./commands/install_provisioning_profile.ts";
import { installedApplicationList } from "./commands/installed_application_list.ts";
import { managedApplicationList } from "./commands/managed_application_list.ts";
import { osUpdateStatus } from "./commands/os_update_status.ts";
import { profileList } from "./commands/profile_list.ts";
import { provisioningProfileList } from "./commands/provisioning_profile_list.ts";
import { removeProfile } from "./commands/remove_profile.ts";
import { removeProvisioningProfile } from "./commands/remove_provisioning_profile.ts";
import { restartDevice } from "./commands/restart_device.ts";
import { rotateFileVaultKey } from "./commands/rotate_file_vault_key.ts";
import { scheduleOsUpdate } from "./commands/schedule_os_update.ts";
import { securityInfo } from "./commands/security_info.ts";
import { setAutoAdminPassword } from "./commands/set_auto_admin_password.ts";
import { setFirmwarePassword } from "./commands/set_firmware_password.ts";
import { setRecoveryLock } from "./commands/set_recovery_lock.ts";
import { shutDownDevice } from "./commands/shut_down_device.ts";
import { verifyFirmwarePassword } from "./commands/verify_firmware_password.ts";
import { verifyRecoveryLock } from "./commands/verify_recovery_lock.ts";
import type { Model } from "./models.ts";

/** Every command that devices know, sorted by name. */
export const SIMULATED_COMMANDS = new Registry<SimulatedCommand>([
  accountConfiguration,
  activationLockBypassCode,
  availableOsUpdates,
  certificateList,
  clearActivationLockBypassCode,
  declarativeManagement,
  deviceConfigured,
  deviceInformation,
  deviceLock,
  eraseDevice,
  installProfile,
  installProvisioningProfile,
  installedApplicationList,
  managedApplicationList,
  osUpdateStatus,
  profileList,
  provisioningProfileList,
  removeProfile,
  removeProvisioningProfile,
  restartDevice,
  rotateFileVaultKey,
  scheduleOsUpdate,
  securityInfo,
  setAutoAdminPassword,
  setFirmwarePassword,
  setRecoveryLock,
  shutDownDevice,
  verifyFirmwarePassword,
  verifyRecoveryLock,
]);

/** Whether a system does not know a command any more. */
function isRemoved(requestType: string, { platform, osVersion }: Model): boolean {
  const target = { channel: "Device", platform, osVersion, supervised: null, userEnrollment: null } as const;
  const support = supportFor(commandFacts(requestType)?.systems, target);
  return support !== undefined && support !== false && support.removed !== undefined &&
    compareOsVersions(osVersion, support.removed) >= 0;
}

/** Returns the answer to a command. A request type that devices do not know is an error, as on real ones. */
export async function answerCommand(asked: Asked): Promise<CommandAnswer> {
  const requestType = str(asked.command, "RequestType") ?? "";
  const gone = isRemoved(requestType, asked.state.model);
  return await (gone ? undefined : SIMULATED_COMMANDS.named(requestType)?.answer(asked)) ??
    failed(12_021, "MCMDMErrorDomain", `"${requestType}" is not a valid request type.`);
}
