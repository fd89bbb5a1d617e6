/**
 * SetRecoveryLock: a Mac with Apple silicon takes the password at once; in Setup Assistant it acknowledges and does nothing, on option.
 *
 * @module
 */

import { setPassword, wrongProcessor } from "../recovery_password.ts";
import type { SimulatedCommand } from "./answer.ts";

export const setRecoveryLock: SimulatedCommand = {
  name: "SetRecoveryLock",
  answer(asked) {
    const refused = wrongProcessor("SetRecoveryLock", asked.state, true);
    if (refused !== undefined) return refused;
    return setPassword(asked, (password) => {
      // Some Macs acknowledge in Setup Assistant, and nothing happens.
      if (!(asked.state.awaitingConfiguration && asked.state.deafInSetup)) {
        asked.state.recoveryPassword.current = password;
      }
      return {};
    });
  },
};
