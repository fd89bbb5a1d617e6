/**
 * ShutDownDevice: a simulated device stays reachable.
 *
 * @module
 */

import { acknowledged, type SimulatedCommand } from "./answer.ts";

export const shutDownDevice: SimulatedCommand = {
  name: "ShutDownDevice",
  answer() {
    return acknowledged();
  },
};
