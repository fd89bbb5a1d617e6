/**
 * RestartDevice: restarts are counted.
 *
 * @module
 */

import { restarted } from "../recovery_password.ts";
import { acknowledged, type SimulatedCommand } from "./answer.ts";

export const restartDevice: SimulatedCommand = {
  name: "RestartDevice",
  answer({ state }) {
    state.restarts++;
    restarted(state);
    return acknowledged();
  },
};
