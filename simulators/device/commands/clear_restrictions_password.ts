/**
 * ClearRestrictionsPassword: the Screen Time passcode is gone.
 *
 * @module
 */

import { acknowledged, type SimulatedCommand } from "./answer.ts";

export const clearRestrictionsPassword: SimulatedCommand = {
  name: "ClearRestrictionsPassword",
  answer({ state }) {
    state.restrictionsPasscode = false;
    return acknowledged();
  },
};
