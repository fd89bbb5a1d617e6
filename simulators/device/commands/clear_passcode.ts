/**
 * ClearPasscode: with the token that the device gave the server, and no other.
 *
 * @module
 */

import { data } from "../../../src/protocol/plist.ts";
import { acknowledged, failed, type SimulatedCommand } from "./answer.ts";

export const clearPasscode: SimulatedCommand = {
  name: "ClearPasscode",
  answer({ state, command, device }) {
    const token = data(command, "UnlockToken");
    if (token?.toBase64() !== device?.unlockToken().toBase64()) {
      return failed(5_013, "MCPasscodeErrorDomain", "The unlock token is not the device's.");
    }
    state.passcode = false;
    state.lockedWith = undefined;
    return acknowledged();
  },
};
