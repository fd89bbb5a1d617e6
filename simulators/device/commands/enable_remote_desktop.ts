/**
 * EnableRemoteDesktop.
 *
 * @module
 */

import { acknowledged, type SimulatedCommand } from "./answer.ts";

export const enableRemoteDesktop: SimulatedCommand = {
  name: "EnableRemoteDesktop",
  answer({ state }) {
    state.remoteDesktop = true;
    return acknowledged();
  },
};
