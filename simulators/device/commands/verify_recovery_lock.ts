/**
 * VerifyRecoveryLock: whether a password is the present one.
 *
 * @module
 */

import { isPassword, wrongProcessor } from "../recovery_password.ts";
import { acknowledged, type SimulatedCommand } from "./answer.ts";

export const verifyRecoveryLock: SimulatedCommand = {
  name: "VerifyRecoveryLock",
  answer(asked) {
    const refused = wrongProcessor("VerifyRecoveryLock", asked.state, true);
    if (refused !== undefined) return refused;
    return acknowledged({ PasswordVerified: isPassword(asked) });
  },
};
