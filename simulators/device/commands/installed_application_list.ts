/**
 * InstalledApplicationList: the apps of the platform, or those that are asked for.
 *
 * @module
 */

import { array } from "../../../src/protocol/plist.ts";
import { APPS } from "../models.ts";
import { acknowledged, type SimulatedCommand } from "./answer.ts";

export const installedApplicationList: SimulatedCommand = {
  name: "InstalledApplicationList",
  answer({ state: { model }, command }) {
    const identifiers = array(command, "Identifiers");
    const managed = command["ManagedAppsOnly"] === true;
    const apps = APPS[model.platform].filter(({ Identifier }) =>
      (identifiers === undefined || identifiers.includes(Identifier)) &&
      (!managed || Identifier.startsWith("com.example."))
    );
    return acknowledged({ InstalledApplicationList: apps.map((app) => ({ ...app, Installing: false })) });
  },
};
