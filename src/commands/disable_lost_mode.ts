/**
 * DisableLostMode: gives a device in lost mode back to its user.
 *
 * Source: Apple, "Disable Lost Mode" (developer.apple.com/documentation/devicemanagement/disable-lost-mode-command).
 *
 * @module
 */

import { publishedCommand } from "./published_command.ts";

const NAME = "DisableLostMode";

export const disableLostMode = publishedCommand(NAME, {
  onAcknowledged: () => [{ kind: "lostMode", on: false }],
});
