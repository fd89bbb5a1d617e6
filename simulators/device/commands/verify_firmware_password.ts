/**
 * VerifyFirmwarePassword: whether a password is the present one.
 *
 * @module
 */

import { isPassword, wrongProcessor } from "../recovery_password.ts";
import { acknowledged, type SimulatedCommand } from "./answer.ts";

export const verifyFirmwarePassword: SimulatedCommand = {
  name: "VerifyFirmwarePassword",
  answer(asked) {
    const refused = wrongProcessor("VerifyFirmwarePassword", asked.state, false);
    if (refused !== undefined) return refused;
    return acknowledged({ VerifyFirmwarePassword: { PasswordVerified: isPassword(asked) } });
  },
};
