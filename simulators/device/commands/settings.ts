/**
 * Settings: each setting has a result of its own; the names of the device are kept.
 *
 * @module
 */

import { commandFacts } from "../../../src/apple_schema/commands.ts";
import { keyRemarks } from "../../../src/apple_schema/key_remarks.ts";
import { dicts, type PlistDict, str } from "../../../src/protocol/plist.ts";
import { targetOf } from "../../declarative/status_items.ts";
import { acknowledged, failed, type SimulatedCommand } from "./answer.ts";

export const settings: SimulatedCommand = {
  name: "Settings",
  answer({ state, command, userId = "" }) {
    const facts = commandFacts("Settings");
    const target = targetOf(state, userId);
    return acknowledged({
      Settings: dicts(command, "Settings").map((setting): PlistDict => {
        const item = str(setting, "Item") ?? "";
        const [refused] = facts === null ? [] : keyRemarks(facts, { Settings: [setting] }, target)
          .filter(({ cause }) => cause !== "ending");
        if (refused !== undefined) {
          return { Item: item, Status: "Error", ...failed(12_021, "MCMDMErrorDomain", refused.message).body };
        }
        if (item === "DeviceName") state.name = str(setting, "DeviceName") ?? state.name;
        if (item === "HostName") state.hostName = str(setting, "HostName");
        return { Item: item, Status: "Acknowledged" };
      }),
    });
  },
};
