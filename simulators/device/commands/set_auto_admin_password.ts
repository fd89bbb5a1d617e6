/**
 * SetAutoAdminPassword: a Mac changes the password of the administrator that Setup Assistant created for the server.
 *
 * @module
 */

import { data, str } from "../../../src/protocol/plist.ts";
import { acknowledged, failed, type SimulatedCommand } from "./answer.ts";

export const setAutoAdminPassword: SimulatedCommand = {
  name: "SetAutoAdminPassword",
  answer({ state, command }) {
    const { adminAccount } = state;
    const hash = data(command, "passwordHash");
    if (adminAccount === undefined || str(command, "GUID") !== adminAccount.guid) {
      return failed(12_076, "MCMDMErrorDomain", "The account was not found.");
    }
    if (hash === undefined) return { status: "CommandFormatError", body: {} };
    adminAccount.passwordHash = hash;
    return acknowledged();
  },
};
