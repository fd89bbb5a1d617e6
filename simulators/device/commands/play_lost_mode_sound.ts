/**
 * PlayLostModeSound: only in lost mode; sounds are counted.
 *
 * @module
 */

import { acknowledged, type SimulatedCommand } from "./answer.ts";
import { NOT_LOST } from "./lost_mode.ts";

export const playLostModeSound: SimulatedCommand = {
  name: "PlayLostModeSound",
  answer({ state }) {
    if (state.lostMode === undefined) return NOT_LOST;
    state.lostMode = { ...state.lostMode, sounds: state.lostMode.sounds + 1 };
    return acknowledged();
  },
};
