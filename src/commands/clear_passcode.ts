/**
 * ClearPasscode: removes the passcode of an iPhone or iPad with the token that it gave the server.
 *
 * Promise: without a token the command is refused; the token is written when the device fetches the command, and is
 * never in the queue.
 *
 * Source: Apple, "Clear Passcode" (developer.apple.com/documentation/devicemanagement/clear-passcode-command).
 *
 * @module
 */

import { publishedCommand } from "./published_command.ts";

const NAME = "ClearPasscode";

export const clearPasscode = publishedCommand(NAME, {
  danger: true,
  warning: "The passcode is removed. Until the user sets a new one, anybody can use the device.",
  given: ["UnlockToken"],
  invalidFor: ({ unlockTokenEscrowed }) =>
    unlockTokenEscrowed === true
      ? null
      : `Cannot send ${NAME} to this device: the server has no unlock token. The device sends one when it has a passcode ` +
        "at its enrollment",
});
