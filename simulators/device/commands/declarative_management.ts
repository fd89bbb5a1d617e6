/**
 * DeclarativeManagement: the device then looks for its declarations.
 *
 * @module
 */

import { commandUnsupported } from "../../../src/apple_schema/commands.ts";
import { data } from "../../../src/protocol/plist.ts";
import { targetOf } from "../../declarative/status_items.ts";
import { acknowledged, failed, type SimulatedCommand } from "./answer.ts";

export const declarativeManagement: SimulatedCommand = {
  name: "DeclarativeManagement",
  answer({ state, command, device }) {
    const unsupported = commandUnsupported("DeclarativeManagement", {}, targetOf(state, ""));
    if (unsupported !== null) return failed(12_021, "MCMDMErrorDomain", unsupported);
    device?.told(data(command, "Data"));
    return acknowledged();
  },
};
