/**
 * ClearActivationLockBypassCode: removes the code from a supervised device, which then has no Activation Lock that the server
 * could remove.
 *
 * Source: Apple, "Clear Activation Lock Bypass Code"
 * (developer.apple.com/documentation/devicemanagement/clear-activation-lock-bypass-code-command).
 *
 * @module
 */

import { bypassCodeInvalidFor } from "./activation_lock_bypass_code.ts";
import { nothing } from "./arguments.ts";
import type { CommandDefinition } from "./command.ts";

const NAME = "ClearActivationLockBypassCode";

export const clearActivationLockBypassCode: CommandDefinition<Record<string, never>> = {
  name: NAME,
  requestType: NAME,
  args: nothing(),
  secretArgs: [],
  keepsResult: false,
  expiresAfter: 86_400,
  invalidFor: (target) => bypassCodeInvalidFor(NAME, target),
  build: () => ({}),
  onAcknowledged: () => [{ kind: "bypassCodeCleared" }],
  describe: () => ({}),
  endpoint: {
    path: "clear_activation_lock_bypass_code",
    permission: "mdm.add_devicecommand",
    summary: "Remove the Activation Lock bypass code from a device",
    order: 31,
  },
  form: {
    path: "clear-activation-lock-bypass-code",
    permission: "mdm.add_devicecommand",
    label: "Remove the Activation Lock bypass code",
    button: "Remove the code",
    warning: "The server can no longer remove an Activation Lock that the user turned on.",
    danger: true,
    fields: {},
    order: 31,
    among: "all",
  },
};
