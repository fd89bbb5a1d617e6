/**
 * DisableLostMode: an error on a device that is not in lost mode.
 *
 * @module
 */

import { acknowledged, type SimulatedCommand } from "./answer.ts";
import { NOT_LOST } from "./lost_mode.ts";

export const disableLostMode: SimulatedCommand = {
  name: "DisableLostMode",
  answer({ state }) {
    if (state.lostMode === undefined) return NOT_LOST;
    state.lostMode = undefined;
    return acknowledged();
  },
};
