/**
 * ActivationLockBypassCode: asks a supervised device for the code that removes the Activation Lock of its user.
 *
 * Promise: the code is escrowed and nowhere else; an empty one replaces none. A device states its code only in the first 15 days
 * after it was supervised.
 *
 * Source: Apple, "Activation Lock Bypass Code"
 * (developer.apple.com/documentation/devicemanagement/activation-lock-bypass-code-command).
 *
 * @module
 */

import { str } from "../protocol/plist.ts";
import { compareOsVersions } from "../protocol/os_version.ts";
import { nothing } from "./arguments.ts";
import type { CommandDefinition, CommandTarget } from "./command.ts";
import { channel, firstOf, userEnrollment } from "./validity.ts";

const NAME = "ActivationLockBypassCode";
const SINCE = { iOS: "7.1", iPadOS: "7.1", macOS: "10.15" } as const;

/** Returns why a target has no code, as a sentence, or null. */
export function bypassCodeInvalidFor(name: string, target: CommandTarget): string | null {
  const { platform, osVersion } = target;
  const since = platform === null || platform === "tvOS" ? undefined : SINCE[platform];
  return firstOf(
    channel(name, target),
    userEnrollment(name, target),
    since === undefined ? `Cannot send ${name} to this device: it is for iPhones, iPads and Macs` : null,
    target.supervised === true ? null : `Cannot send ${name} to this device: it is not supervised`,
    target.sharedIpad === true ? `Cannot send ${name} to a Shared iPad: it has no Activation Lock` : null,
    since === undefined || osVersion === "" || compareOsVersions(osVersion, since) >= 0
      ? null
      : `Cannot send ${name} to this device: ${platform} ${osVersion} < ${since}`,
  );
}

export const activationLockBypassCode: CommandDefinition<Record<string, never>> = {
  name: NAME,
  requestType: NAME,
  args: nothing(),
  secretArgs: [],
  keepsResult: false,
  expiresAfter: 86_400,
  invalidFor: (target) => bypassCodeInvalidFor(NAME, target),
  build: () => ({}),
  onAcknowledged({ body }) {
    const code = str(body, NAME) ?? "";
    return code === "" ? [] : [{ kind: "bypassCode", code }];
  },
  describe: () => ({}),
  endpoint: {
    path: "ask_activation_lock_bypass_code",
    permission: "mdm.add_devicecommand",
    summary: "Ask a device for its Activation Lock bypass code",
    order: 30,
  },
  form: {
    path: "ask-activation-lock-bypass-code",
    permission: "mdm.add_devicecommand",
    label: "Activation Lock bypass code",
    button: "Ask for the code",
    fields: {},
    order: 30,
    among: "all",
  },
};
