/**
 * SetFirmwarePassword: sets, replaces or removes the firmware password of an Intel Mac.
 *
 * Promise: the password is escrowed when it is sent. It is in use only after the Mac has restarted, and proven by
 * VerifyFirmwarePassword; until then the password before it is kept.
 *
 * Source: Apple, "Set Firmware Password"
 * (developer.apple.com/documentation/devicemanagement/set-firmware-password-command).
 *
 * @module
 */

import { bool, dict } from "../protocol/plist.ts";
import { type CommandDefinition, type CommandTarget, redact } from "./command.ts";
import {
  PASSWORD_FIELDS,
  passwordEffects,
  passwordKeys,
  type SetPasswordArgs,
  setPasswordArgs,
  setPasswordByHand,
  withPassword,
} from "./recovery_passwords.ts";
import { channel, firstOf, userEnrollment } from "./validity.ts";

const NAME = "SetFirmwarePassword";

/** Returns why a target has no firmware password, as a sentence, or null. */
export const firmwarePasswordInvalidFor = (name: string, target: CommandTarget): string | null =>
  firstOf(
    channel(name, target),
    userEnrollment(name, target),
    target.platform === "macOS" && target.appleSilicon === false
      ? null
      : `Cannot send ${name} to this device: it is for Macs with an Intel processor`,
  );

const { taken, refused } = passwordEffects("firmware_password");

export const setFirmwarePassword: CommandDefinition<SetPasswordArgs> = {
  name: NAME,
  requestType: NAME,
  args: setPasswordArgs,
  secretArgs: ["new_password", "current_password"],
  keepsResult: false,
  expiresAfter: null,
  invalidFor: (target) => firmwarePasswordInvalidFor(NAME, target),
  argsFor: () => setPasswordByHand,
  complete: withPassword,
  build: passwordKeys,
  onAcknowledged(report, { clear }) {
    const changed = bool(dict(report.body, NAME) ?? {}, "PasswordChanged") === true;
    return [(changed ? taken : refused)(clear === true)];
  },
  onError: (_report, { clear }) => [refused(clear === true)],
  describe: (args) => redact(args, ["clear", "origin"], ["new_password", "current_password"]),
  endpoint: {
    path: "set_firmware_password",
    permission: "mdm.add_devicecommand",
    summary: "Set the firmware password of an Intel Mac",
    order: 21,
  },
  form: {
    path: "set-firmware-password",
    permission: "mdm.add_devicecommand",
    label: "Firmware password",
    button: "Set firmware password",
    warning: "The Mac uses the new password after a restart. The user is asked to restart.",
    fields: PASSWORD_FIELDS,
    order: 21,
    among: "all",
  },
};
