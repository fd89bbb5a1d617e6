/**
 * ManagedApplicationList: the apps that were sent, with what became of them. An app that failed, or was declined, is listed
 * once.
 *
 * @module
 */

import { array, type PlistDict } from "../../../src/protocol/plist.ts";
import { type AppHere, managedStatus } from "../installed_apps.ts";
import { acknowledged, type SimulatedCommand } from "./answer.ts";

const TRANSIENT: ReadonlySet<string> = new Set(["Failed", "UserRejected", "UpdateRejected"]);

export const managedApplicationList: SimulatedCommand = {
  name: "ManagedApplicationList",
  answer({ state, command, device }) {
    const identifiers = array(command, "Identifiers");
    const now = device?.apps.now() ?? new Date();
    const list: Record<string, PlistDict> = {};
    const left: AppHere[] = [];
    for (const app of state.apps ?? []) {
      const { Identifier, managed, externalVersion, configuration, before } = app;
      // Apps that are declared are not in it.
      if (
        !managed || app.declaration !== undefined || (identifiers !== undefined && !identifiers.includes(Identifier))
      ) {
        left.push(app);
        continue;
      }
      const status = managedStatus(app, now);
      list[Identifier] = {
        Status: status,
        ManagementFlags: 0,
        HasConfiguration: configuration !== undefined,
        HasFeedback: false,
        IsValidated: true,
        ...(externalVersion === undefined ? {} : {
          ExternalVersionIdentifier: status === "Managed"
            ? externalVersion
            : before?.externalVersion ?? externalVersion,
        }),
      };
      if (!TRANSIENT.has(status)) left.push(app);
      else if (before !== undefined) left.push(before);
    }
    state.apps = left;
    return acknowledged({ ManagedApplicationList: list });
  },
};
