/**
 * SetFirmwarePassword: an Intel Mac uses the password after a restart.
 *
 * @module
 */

import { setPassword, wrongProcessor } from "../recovery_password.ts";
import type { SimulatedCommand } from "./answer.ts";

export const setFirmwarePassword: SimulatedCommand = {
  name: "SetFirmwarePassword",
  answer(asked) {
    const refused = wrongProcessor("SetFirmwarePassword", asked.state, false);
    if (refused !== undefined) return refused;
    return setPassword(asked, (password) => {
      asked.state.recoveryPassword.pending = password;
      return { SetFirmwarePassword: { PasswordChanged: true } };
    });
  },
};
