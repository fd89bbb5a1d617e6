/**
 * The recovery lock or firmware password of a simulated Mac, and what a Mac says of it.
 *
 * @module
 */

import { str } from "../../src/protocol/plist.ts";
import { acknowledged, type Asked, type CommandAnswer, failed } from "./commands/answer.ts";
import type { DeviceState } from "./device_state.ts";

/** The password of a Mac. */
export type RecoveryPassword = {
  /** The present one; "" if there is none. */
  current: string;
  /** The one that is used after the next restart: firmware passwords of Intel Macs only. */
  pending: string | undefined;
};

const unknown = (name: string) => failed(12_021, "MCMDMErrorDomain", `"${name}" is not a valid request type.`);

/** Returns the answer of a Mac whose processor has no such password; undefined if it has. */
export const wrongProcessor = (name: string, { model }: DeviceState, silicon: boolean): CommandAnswer | undefined =>
  model.platform === "macOS" && model.appleSilicon === silicon ? undefined : unknown(name);

/** Sets a password as a Mac does: the present one must be stated, and the new one must be one that can be typed. */
export function setPassword(
  { command, state }: Asked,
  take: (password: string) => CommandAnswer["body"],
): CommandAnswer {
  const next = str(command, "NewPassword");
  if (next === undefined) return { status: "CommandFormatError", body: {} };
  if (next !== "" && !/^[\x20-\x7e]{1,32}$/.test(next)) {
    return failed(12_079, "MCMDMErrorDomain", "The password is invalid.");
  }
  const { current } = state.recoveryPassword;
  if (current !== "" && str(command, "CurrentPassword") !== current) {
    return failed(12_080, "MCMDMErrorDomain", "The current password is incorrect.");
  }
  return acknowledged(take(next));
}

/** A Mac that was restarted uses the password that waits for that. */
export function restarted({ recoveryPassword }: DeviceState): void {
  if (recoveryPassword.pending === undefined) return;
  recoveryPassword.current = recoveryPassword.pending;
  recoveryPassword.pending = undefined;
}

/** Whether the password of a command is the present one. */
export const isPassword = ({ command, state: { recoveryPassword } }: Asked): boolean =>
  recoveryPassword.current !== "" && str(command, "Password") === recoveryPassword.current;
