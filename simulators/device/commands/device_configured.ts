/**
 * DeviceConfigured: Setup Assistant goes on. Outside of it, the command is an error.
 *
 * @module
 */

import { acknowledged, failed, type SimulatedCommand } from "./answer.ts";

export const deviceConfigured: SimulatedCommand = {
  name: "DeviceConfigured",
  answer({ state }) {
    if (!state.awaitingConfiguration) {
      return failed(12_067, "MCMDMErrorDomain", "The device is not waiting for its configuration.");
    }
    state.awaitingConfiguration = false;
    // Its user is created next, who enables it.
    if (state.fileVault.forced(state)) state.fileVault.enable(state);
    return acknowledged();
  },
};
