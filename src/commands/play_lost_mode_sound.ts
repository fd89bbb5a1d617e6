/**
 * PlayLostModeSound: a device in lost mode plays a sound for two minutes, also when it is muted.
 *
 * Source: Apple, "Play Lost Mode Sound"
 * (developer.apple.com/documentation/devicemanagement/play-lost-mode-sound-command).
 *
 * @module
 */

import { publishedCommand } from "./published_command.ts";

const NAME = "PlayLostModeSound";

export const playLostModeSound = publishedCommand(NAME, {
  expiresAfter: 86_400,
  invalidFor: ({ lostMode }) =>
    lostMode === true ? null : `Cannot send ${NAME} to this device: it is not in lost mode. Turn lost mode on first`,
});
