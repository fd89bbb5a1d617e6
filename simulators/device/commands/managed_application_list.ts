/**
 * ManagedApplicationList: always empty.
 *
 * @module
 */

import { acknowledged, type SimulatedCommand } from "./answer.ts";

export const managedApplicationList: SimulatedCommand = {
  name: "ManagedApplicationList",
  answer() {
    return acknowledged({ ManagedApplicationList: {} });
  },
};
