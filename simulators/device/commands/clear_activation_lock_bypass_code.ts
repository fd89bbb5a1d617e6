/**
 * ClearActivationLockBypassCode: the device has no code any more.
 *
 * @module
 */

import { acknowledged, type SimulatedCommand } from "./answer.ts";

export const clearActivationLockBypassCode: SimulatedCommand = {
  name: "ClearActivationLockBypassCode",
  answer({ state }) {
    state.bypassCode = "";
    return acknowledged();
  },
};
