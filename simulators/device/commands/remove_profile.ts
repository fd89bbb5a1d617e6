/**
 * RemoveProfile: removes only profiles from commands.
 *
 * @module
 */

import { str } from "../../../src/protocol/plist.ts";
import { ProfileRefused, removeByCommand } from "../channel_profiles.ts";
import { acknowledged, failed, type SimulatedCommand } from "./answer.ts";

export const removeProfile: SimulatedCommand = {
  name: "RemoveProfile",
  answer({ command, channel }) {
    try {
      removeByCommand(channel, str(command, "Identifier") ?? "");
      return acknowledged();
    } catch (error) {
      if (error instanceof ProfileRefused) return failed(89, "MDMErrorDomain", error.message);
      throw error;
    }
  },
};
