/**
 * The table of a simulated device's answers to commands.
 *
 * @module
 */

import { str } from "../../src/protocol/plist.ts";
import { Registry } from "../../src/registry.ts";
import { targetOf } from "../declarative/status_items.ts";
import { commandFacts } from "../../src/apple_schema/commands.ts";
import { refusalOf } from "./command_check.ts";
import type { Asked, CommandAnswer, SimulatedCommand } from "./commands/answer.ts";
import { accountConfiguration } from "./commands/account_configuration.ts";
import { activationLockBypassCode } from "./commands/activation_lock_bypass_code.ts";
import { availableOsUpdates } from "./commands/available_os_updates.ts";
import { certificateList } from "./commands/certificate_list.ts";
import { clearActivationLockBypassCode } from "./commands/clear_activation_lock_bypass_code.ts";
import { clearPasscode } from "./commands/clear_passcode.ts";
import { clearRestrictionsPassword } from "./commands/clear_restrictions_password.ts";
import { declarativeManagement } from "./commands/declarative_management.ts";
import { deleteUser } from "./commands/delete_user.ts";
import { deviceConfigured } from "./commands/device_configured.ts";
import { deviceInformation } from "./commands/device_information.ts";
import { deviceLocation } from "./commands/device_location.ts";
import { deviceLock } from "./commands/device_lock.ts";
import { disableLostMode } from "./commands/disable_lost_mode.ts";
import { disableRemoteDesktop } from "./commands/disable_remote_desktop.ts";
import { enableLostMode } from "./commands/enable_lost_mode.ts";
import { enableRemoteDesktop } from "./commands/enable_remote_desktop.ts";
import { eraseDevice } from "./commands/erase_device.ts";
import { installApplication, installEnterpriseApplication } from "./commands/install_package.ts";
import { installProfile } from "./commands/install_profile.ts";
import { installProvisioningProfile } from "./commands/install_provisioning_profile.ts";
import { installedApplicationList } from "./commands/installed_application_list.ts";
import { logOutUser } from "./commands/log_out_user.ts";
import { managedApplicationList } from "./commands/managed_application_list.ts";
import { osUpdateStatus } from "./commands/os_update_status.ts";
import { playLostModeSound } from "./commands/play_lost_mode_sound.ts";
import { profileList } from "./commands/profile_list.ts";
import { provisioningProfileList } from "./commands/provisioning_profile_list.ts";
import { removeApplication } from "./commands/remove_application.ts";
import { removeProfile } from "./commands/remove_profile.ts";
import { removeProvisioningProfile } from "./commands/remove_provisioning_profile.ts";
import { requestUnlockToken } from "./commands/request_unlock_token.ts";
import { restartDevice } from "./commands/restart_device.ts";
import { rotateFileVaultKey } from "./commands/rotate_file_vault_key.ts";
import { scheduleOsUpdate } from "./commands/schedule_os_update.ts";
import { securityInfo } from "./commands/security_info.ts";
import { setAutoAdminPassword } from "./commands/set_auto_admin_password.ts";
import { setFirmwarePassword } from "./commands/set_firmware_password.ts";
import { setRecoveryLock } from "./commands/set_recovery_lock.ts";
import { settings } from "./commands/settings.ts";
import { shutDownDevice } from "./commands/shut_down_device.ts";
import { unlockUserAccount } from "./commands/unlock_user_account.ts";
import { userList } from "./commands/user_list.ts";
import { verifyFirmwarePassword } from "./commands/verify_firmware_password.ts";
import { verifyRecoveryLock } from "./commands/verify_recovery_lock.ts";
import { publishedAnswer } from "./commands/published.ts";

/** Every command that changes the state of a device, or depends on it, sorted by name. */
export const SIMULATED_COMMANDS = new Registry<SimulatedCommand>([
  accountConfiguration,
  activationLockBypassCode,
  availableOsUpdates,
  certificateList,
  clearActivationLockBypassCode,
  clearPasscode,
  clearRestrictionsPassword,
  declarativeManagement,
  deleteUser,
  deviceConfigured,
  deviceInformation,
  deviceLocation,
  deviceLock,
  disableLostMode,
  disableRemoteDesktop,
  enableLostMode,
  enableRemoteDesktop,
  eraseDevice,
  installApplication,
  installEnterpriseApplication,
  installProfile,
  installProvisioningProfile,
  installedApplicationList,
  logOutUser,
  managedApplicationList,
  osUpdateStatus,
  playLostModeSound,
  profileList,
  provisioningProfileList,
  removeApplication,
  removeProfile,
  removeProvisioningProfile,
  requestUnlockToken,
  restartDevice,
  rotateFileVaultKey,
  scheduleOsUpdate,
  securityInfo,
  setAutoAdminPassword,
  setFirmwarePassword,
  setRecoveryLock,
  settings,
  shutDownDevice,
  unlockUserAccount,
  userList,
  verifyFirmwarePassword,
  verifyRecoveryLock,
]);

/** Returns the answer to a command. One that the system does not know is an error, as on real devices. */
export async function answerCommand(asked: Asked): Promise<CommandAnswer> {
  const requestType = str(asked.command, "RequestType") ?? "";
  const own = SIMULATED_COMMANDS.named(requestType);
  // What Apple has not published has no facts to be checked against.
  if (own !== undefined && commandFacts(requestType) === null) return await own.answer(asked);
  const target = targetOf(asked.state, asked.userId ?? "");
  return refusalOf(requestType, asked.command, target) ?? await own?.answer(asked) ??
    publishedAnswer(requestType, target);
}
