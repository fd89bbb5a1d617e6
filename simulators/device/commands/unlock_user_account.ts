/**
 * UnlockUserAccount: the account takes passwords again.
 *
 * @module
 */

import { str } from "../../../src/protocol/plist.ts";
import { acknowledged, failed, type SimulatedCommand } from "./answer.ts";

export const unlockUserAccount: SimulatedCommand = {
  name: "UnlockUserAccount",
  answer({ state, command }) {
    const name = str(command, "UserName");
    const { accounts = [] } = state;
    if (!accounts.some(({ userName }) => userName === name)) {
      return failed(12_071, "MCMDMErrorDomain", `There is no user "${name ?? ""}".`);
    }
    state.accounts = accounts.map((account) => account.userName === name ? { ...account, locked: false } : account);
    return acknowledged();
  },
};
