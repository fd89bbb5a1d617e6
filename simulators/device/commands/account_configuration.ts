/**
 * AccountConfiguration: a Mac in Setup Assistant creates an administrator for the server. Only the first one of the list
 * counts.
 *
 * @module
 */

import { bool, data, dicts, str } from "../../../src/protocol/plist.ts";
import { acknowledged, failed, type SimulatedCommand } from "./answer.ts";

export const accountConfiguration: SimulatedCommand = {
  name: "AccountConfiguration",
  answer({ state, command }) {
    if (state.model.platform !== "macOS") {
      return failed(12_021, "MCMDMErrorDomain", '"AccountConfiguration" is not a valid request type.');
    }
    if (!state.awaitingConfiguration) {
      return failed(12_067, "MCMDMErrorDomain", "The device is not waiting for its configuration.");
    }
    const [account] = dicts(command, "AutoSetupAdminAccounts");
    const alone = bool(command, "SkipPrimarySetupAccountCreation") ?? false;
    if (alone && account === undefined) {
      return failed(12_024, "MCMDMErrorDomain", "There would be no account.");
    }
    if (account === undefined) return acknowledged();
    const shortName = str(account, "shortName") ?? "";
    state.adminAccount = {
      guid: crypto.randomUUID().toUpperCase(),
      shortName,
      fullName: str(account, "fullName") ?? shortName,
      hidden: bool(account, "hidden") ?? false,
      passwordHash: data(account, "passwordHash"),
      alone,
    };
    return acknowledged();
  },
};
