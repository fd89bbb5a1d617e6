/**
 * The one table of commands.
 *
 * Promise: names are unique and never change, because commands are stored in the database under them. To add a command,
 * add a file and a line here: its endpoint, its form and all else follow from it. Commands of Apple's schema without a
 * file follow from the schema.
 *
 * @module
 */

import { Registry } from "../registry.ts";
import { accountConfiguration } from "./account_configuration.ts";
import { activationLockBypassCode } from "./activation_lock_bypass_code.ts";
import { availableOsUpdates } from "./available_os_updates.ts";
import { certificateList } from "./certificate_list.ts";
import { clearActivationLockBypassCode } from "./clear_activation_lock_bypass_code.ts";
import { clearPasscode } from "./clear_passcode.ts";
import type { CommandDefinition } from "./command.ts";
import { customCommand } from "./custom_command.ts";
import { declarativeManagement } from "./declarative_management.ts";
import { deviceConfigured } from "./device_configured.ts";
import { deviceInformation } from "./device_information.ts";
import { deviceLocation } from "./device_location.ts";
import { deviceLock } from "./device_lock.ts";
import { disableLostMode } from "./disable_lost_mode.ts";
import { enableLostMode } from "./enable_lost_mode.ts";
import { eraseDevice } from "./erase_device.ts";
import { installApplication } from "./install_application.ts";
import { installEnterpriseApplication } from "./install_enterprise_application.ts";
import { installInHouseApplication } from "./install_in_house_application.ts";
import { installProfile } from "./install_profile.ts";
import { installProvisioningProfile } from "./install_provisioning_profile.ts";
import { installedApplicationList } from "./installed_application_list.ts";
import { managedApplicationList } from "./managed_application_list.ts";
import { osUpdateStatus } from "./os_update_status.ts";
import { playLostModeSound } from "./play_lost_mode_sound.ts";
import { profileList } from "./profile_list.ts";
import { provisioningProfileList } from "./provisioning_profile_list.ts";
import { publishedCommands } from "./published.ts";
import { reenroll } from "./reenroll.ts";
import { removeApplication } from "./remove_application.ts";
import { removeFileVault } from "./remove_file_vault.ts";
import { removeProfile } from "./remove_profile.ts";
import { removeProvisioningProfile } from "./remove_provisioning_profile.ts";
import { restartDevice } from "./restart_device.ts";
import { rotateFileVaultKey } from "./rotate_file_vault_key.ts";
import { scheduleOsUpdate } from "./schedule_os_update.ts";
import { securityInfo } from "./security_info.ts";
import { setAutoAdminPassword } from "./set_auto_admin_password.ts";
import { setFirmwarePassword } from "./set_firmware_password.ts";
import { setRecoveryLock } from "./set_recovery_lock.ts";
import { setupFileVault } from "./setup_file_vault.ts";
import { verifyFirmwarePassword } from "./verify_firmware_password.ts";
import { verifyRecoveryLock } from "./verify_recovery_lock.ts";

/** A command without the type of its arguments: pass its functions only arguments that its own `args` has parsed. */
export type AnyCommand = CommandDefinition<unknown>;

/** Every command with a file of its own, sorted by name. */
export const COMMANDS = new Registry<AnyCommand>([
  accountConfiguration,
  activationLockBypassCode,
  availableOsUpdates,
  certificateList,
  clearActivationLockBypassCode,
  clearPasscode,
  customCommand,
  declarativeManagement,
  deviceConfigured,
  deviceInformation,
  deviceLocation,
  deviceLock,
  disableLostMode,
  enableLostMode,
  eraseDevice,
  installApplication,
  installEnterpriseApplication,
  installInHouseApplication,
  installProfile,
  installProvisioningProfile,
  installedApplicationList,
  managedApplicationList,
  osUpdateStatus,
  playLostModeSound,
  profileList,
  provisioningProfileList,
  reenroll,
  removeApplication,
  removeFileVault,
  removeProfile,
  removeProvisioningProfile,
  restartDevice,
  rotateFileVaultKey,
  scheduleOsUpdate,
  securityInfo,
  setAutoAdminPassword,
  setFirmwarePassword,
  setRecoveryLock,
  setupFileVault,
  verifyFirmwarePassword,
  verifyRecoveryLock,
]);

/** Every other command of Apple's published schema. */
export const PUBLISHED = new Registry<AnyCommand>(publishedCommands(COMMANDS));

/** Returns the command with this name, or undefined. */
export const commandNamed = (name: string): AnyCommand | undefined => COMMANDS.named(name) ?? PUBLISHED.named(name);

/** Returns the commands that have `part`, with it; the lowest order first. */
export function commandsWith<Part extends "endpoint" | "form" | "aftermath">(
  part: Part,
): { command: AnyCommand; part: NonNullable<AnyCommand[Part]> }[] {
  return [...COMMANDS].flatMap((command) => {
    const own = command[part];
    return own === undefined ? [] : [{ command, part: own }];
  }).sort((one, other) => one.part.order - other.part.order);
}
