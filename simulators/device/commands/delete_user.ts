/**
 * DeleteUser: a user who is signed in stays, and one whose data is not in the cloud yet, unless the server forces it.
 *
 * @module
 */

import { bool, str } from "../../../src/protocol/plist.ts";
import { acknowledged, failed, type SimulatedCommand } from "./answer.ts";

const DOMAIN = "MCMDMErrorDomain";

export const deleteUser: SimulatedCommand = {
  name: "DeleteUser",
  answer({ state, command }) {
    const { accounts = [] } = state;
    const name = str(command, "UserName");
    const force = bool(command, "ForceDeletion") === true;
    const chosen = bool(command, "DeleteAllUsers") === true
      ? accounts
      : accounts.filter(({ userName }) => userName === name);
    if (chosen.length === 0) return failed(12_071, DOMAIN, `There is no user "${name ?? ""}".`);
    if (chosen.some(({ loggedIn }) => loggedIn)) return failed(12_072, DOMAIN, "The user is signed in.");
    if (!force && chosen.some(({ unsynced }) => unsynced)) {
      return failed(12_073, DOMAIN, "The user has data that is not in iCloud yet.");
    }
    state.accounts = accounts.filter((account) => !chosen.includes(account));
    return acknowledged();
  },
};
