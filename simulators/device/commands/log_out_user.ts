/**
 * LogOutUser: the user who is signed in is signed out.
 *
 * @module
 */

import { acknowledged, type SimulatedCommand } from "./answer.ts";

export const logOutUser: SimulatedCommand = {
  name: "LogOutUser",
  answer({ state }) {
    state.accounts = (state.accounts ?? []).map((account) => ({ ...account, loggedIn: false }));
    return acknowledged();
  },
};
