/**
 * EnableLostMode: locks a supervised iPhone or iPad, shows a message, and lets the server ask where it is.
 *
 * Source: Apple, "Enable Lost Mode" (developer.apple.com/documentation/devicemanagement/enable-lost-mode-command).
 *
 * @module
 */

import { publishedCommand } from "./published_command.ts";

const NAME = "EnableLostMode";

export const enableLostMode = publishedCommand(NAME, {
  danger: true,
  warning: "The device is locked until lost mode is turned off. Nobody can use it, not even with its passcode.",
  issues: ({ Message: message, PhoneNumber: phone }) =>
    (message ?? "") === "" && (phone ?? "") === ""
      ? [{ path: "Message", message: '"Message" or "PhoneNumber" is required' }]
      : [],
  onAcknowledged: () => [{ kind: "lostMode", on: true }],
});
