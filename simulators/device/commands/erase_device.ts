/**
 * EraseDevice.
 *
 * @module
 */

import { acknowledged, type SimulatedCommand } from "./answer.ts";

export const eraseDevice: SimulatedCommand = {
  name: "EraseDevice",
  answer({ state }) {
    state.erased = true;
    return acknowledged();
  },
};
