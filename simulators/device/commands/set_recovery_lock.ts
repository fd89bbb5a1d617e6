/**
 * SetRecoveryLock: a Mac with Apple silicon takes the password at once, or acknowledges it and keeps what it has.
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
      if (!asked.state.ignoresRecoveryLock) asked.state.recoveryPassword.current = password;
      return {};
    });
  },
};
