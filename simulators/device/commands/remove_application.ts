/**
 * RemoveApplication: a managed app goes, no other.
 *
 * @module
 */

import { str } from "../../../src/protocol/plist.ts";
import { acknowledged, failed, type SimulatedCommand } from "./answer.ts";

export const removeApplication: SimulatedCommand = {
  name: "RemoveApplication",
  answer({ command, state }) {
    const identifier = str(command, "Identifier") ?? "";
    const apps = state.apps ?? [];
    if (
      !apps.some(({ Identifier, managed, declaration }) =>
        managed && declaration === undefined && Identifier === identifier
      )
    ) {
      return failed(12_028, "MCMDMErrorDomain", `The app “${identifier}” is not managed.`);
    }
    state.apps = apps.filter(({ Identifier }) => Identifier !== identifier);
    return acknowledged();
  },
};
