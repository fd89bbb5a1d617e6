/**
 * The table of a simulated device's answers to commands.
 *
 * @module
 */

import { Registry } from "../../src/registry.ts";
import { str } from "../../src/protocol/plist.ts";
import { type Asked, type CommandAnswer, failed, type SimulatedCommand } from "./commands/answer.ts";
import { accountConfiguration } from "./commands/account_configuration.ts";
import { certificateList } from "./commands/certificate_list.ts";
import { declarativeManagement } from "./commands/declarative_management.ts";
import { deviceConfigured } from "./commands/device_configured.ts";
import { deviceInformation } from "./commands/device_information.ts";
import { deviceLock } from "./commands/device_lock.ts";
import { eraseDevice } from "./commands/erase_device.ts";
import { installProfile } from "./commands/install_profile.ts";
import { installProvisioningProfile } from "./commands/install_provisioning_profile.ts";
import { installedApplicationList } from "./commands/installed_application_list.ts";
import { managedApplicationList } from "./commands/managed_application_list.ts";
import { profileList } from "./commands/profile_list.ts";
import { provisioningProfileList } from "./commands/provisioning_profile_list.ts";
import { removeProfile } from "./commands/remove_profile.ts";
import { removeProvisioningProfile } from "./commands/remove_provisioning_profile.ts";
import { restartDevice } from "./commands/restart_device.ts";
import { securityInfo } from "./commands/security_info.ts";
import { shutDownDevice } from "./commands/shut_down_device.ts";

/** Every command that devices know, sorted by name. */
export const SIMULATED_COMMANDS = new Registry<SimulatedCommand>([
  accountConfiguration,
  certificateList,
  declarativeManagement,
  deviceConfigured,
  deviceInformation,
  deviceLock,
  eraseDevice,
  installProfile,
  installProvisioningProfile,
  installedApplicationList,
  managedApplicationList,
  profileList,
  provisioningProfileList,
  removeProfile,
  removeProvisioningProfile,
  restartDevice,
  securityInfo,
  shutDownDevice,
]);

/** Returns the answer to a command. A request type that devices do not know is an error, as on real ones. */
export async function answerCommand(asked: Asked): Promise<CommandAnswer> {
  const requestType = str(asked.command, "RequestType") ?? "";
  return await SIMULATED_COMMANDS.named(requestType)?.answer(asked) ??
    failed(12_021, "MCMDMErrorDomain", `"${requestType}" is not a valid request type.`);
}
