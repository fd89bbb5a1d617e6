/**
 * RestartDevice: restarts are counted.
 *
 * @module
 */

import { acknowledged, type SimulatedCommand } from "./answer.ts";

export const restartDevice: SimulatedCommand = {
  name: "RestartDevice",
  answer({ state }) {
    state.restarts++;
    return acknowledged();
  },
};
