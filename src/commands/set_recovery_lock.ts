/**
 * SetRecoveryLock: sets, replaces or removes the password of recoveryOS on a Mac with Apple silicon.
 *
 * Promise: the password is escrowed when it is sent, before the Mac has it, and every password that was sent is kept until
 * one is proven. An acknowledgement proves nothing: it may belong to an earlier state of the Mac, and in Setup Assistant
 * it may have no effect. VerifyRecoveryLock follows.
 *
 * Source: Apple, "Set Recovery Lock"
 * (developer.apple.com/documentation/devicemanagement/set-recovery-lock-command).
 *
 * @module
 */

import { compareOsVersions } from "../protocol/os_version.ts";
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

const NAME = "SetRecoveryLock";
const SINCE = "11.5";

/** Returns why a target has no recovery lock, as a sentence, or null. */
export const recoveryLockInvalidFor = (name: string, target: CommandTarget): string | null =>
  firstOf(
    channel(name, target),
    userEnrollment(name, target),
    target.platform === "macOS" && target.appleSilicon === true
      ? null
      : `Cannot send ${name} to this device: it is for Macs with Apple silicon`,
    target.osVersion === "" || compareOsVersions(target.osVersion, SINCE) >= 0
      ? null
      : `Cannot send ${name} to this device: macOS ${target.osVersion} < ${SINCE}`,
  );

const { taken, refused } = passwordEffects("recovery_lock_password");

export const setRecoveryLock: CommandDefinition<SetPasswordArgs> = {
  name: NAME,
  requestType: NAME,
  args: setPasswordArgs,
  secretArgs: ["new_password", "current_password"],
  keepsResult: false,
  expiresAfter: null,
  invalidFor: (target) => recoveryLockInvalidFor(NAME, target),
  argsFor: () => setPasswordByHand,
  complete: withPassword,
  build: passwordKeys,
  onAcknowledged: (_report, { clear }) => [taken(clear === true)],
  onError: (_report, { clear }) => [refused(clear === true)],
  describe: (args) => redact(args, ["clear", "origin"], ["new_password", "current_password"]),
  endpoint: {
    path: "set_recovery_lock",
    permission: "mdm.add_devicecommand",
    summary: "Set the recovery lock password of a Mac with Apple silicon",
    order: 20,
  },
  form: {
    path: "set-recovery-lock",
    permission: "mdm.add_devicecommand",
    label: "Recovery lock",
    button: "Set recovery lock",
    fields: PASSWORD_FIELDS,
    order: 20,
    among: "all",
  },
};
