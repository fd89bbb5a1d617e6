/**
 * DisableRemoteDesktop.
 *
 * @module
 */

import { acknowledged, type SimulatedCommand } from "./answer.ts";

export const disableRemoteDesktop: SimulatedCommand = {
  name: "DisableRemoteDesktop",
  answer({ state }) {
    state.remoteDesktop = false;
    return acknowledged();
  },
};
