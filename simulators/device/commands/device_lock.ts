/**
 * DeviceLock: a Mac needs a PIN, others lock with their own passcode.
 *
 * @module
 */

import { str } from "../../../src/protocol/plist.ts";
import { acknowledged, failed, type SimulatedCommand } from "./answer.ts";

export const deviceLock: SimulatedCommand = {
  name: "DeviceLock",
  answer({ state, command }) {
    const pin = str(command, "PIN");
    if (state.model.platform === "macOS" && pin?.length !== 6) {
      return failed(12_021, "MCMDMErrorDomain", "The PIN must have six digits.");
    }
    state.lockedWith = pin ?? "";
    return acknowledged();
  },
};
