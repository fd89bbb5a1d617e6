/**
 * InstalledApplicationList: the apps of the platform and those that were sent, or those that are asked for.
 *
 * @module
 */

import { array } from "../../../src/protocol/plist.ts";
import { listed } from "../installed_apps.ts";
import { APPS } from "../models.ts";
import { acknowledged, type SimulatedCommand } from "./answer.ts";

export const installedApplicationList: SimulatedCommand = {
  name: "InstalledApplicationList",
  answer({ state: { model, apps: sent = [], packages }, command, device }) {
    const identifiers = array(command, "Identifiers");
    const managed = command["ManagedAppsOnly"] === true;
    const now = device?.apps.now() ?? new Date();
    const isAsked = (identifier: string) => identifiers === undefined || identifiers.includes(identifier);
    const apps = APPS[model.platform].filter(({ Identifier }) =>
      isAsked(Identifier) && (!managed || Identifier.startsWith("com.example.")) &&
      !sent.some((app) => app.Identifier === Identifier)
    );
    const others = sent.filter((app) => isAsked(app.Identifier) && (!managed || app.managed));
    return acknowledged({
      InstalledApplicationList: [
        ...apps.map((app) => ({ ...app, Installing: false })),
        ...others.flatMap((app) => listed(app, now)),
        ...(managed ? [] : packages).flatMap(({ apps }) => apps).filter(({ Identifier }) => isAsked(Identifier))
          .map((app) => ({ ...app, Installing: false })),
      ],
    });
  },
};
