/**
 * InstallEnterpriseApplication, and InstallApplication with a manifest: acknowledged before the app is there, as on real
 * devices.
 *
 * @module
 */

import { dict, str } from "../../../src/protocol/plist.ts";
import { appsIn, downloadPackage, DownloadRefused, withApps } from "../installed_apps.ts";
import { acknowledged, type Asked, type CommandAnswer, failed, type SimulatedCommand } from "./answer.ts";

async function install({ command, state, device }: Asked): Promise<CommandAnswer> {
  const url = str(command, "ManifestURL");
  // An app of the App Store: nothing is known of it here.
  if (url === undefined || device === undefined || command["iTunesStoreID"] !== undefined) return acknowledged();
  const managed = state.model.platform !== "macOS" || command["InstallAsManaged"] === true;
  try {
    const apps = await appsIn(await downloadPackage(device.apps, url));
    const configuration = dict(command, "Configuration");
    state.apps = withApps(state.apps ?? [], apps, { managed, configuration }, device.apps);
    return acknowledged();
  } catch (error) {
    if (!(error instanceof DownloadRefused)) throw error;
    // A Mac has acknowledged the command before it fetches anything, and says no more of it.
    if (state.model.platform === "macOS") return acknowledged();
    return failed(12_024, "MCMDMErrorDomain", `The app could not be retrieved: ${error.message}.`);
  }
}

export const installEnterpriseApplication: SimulatedCommand = { name: "InstallEnterpriseApplication", answer: install };
export const installApplication: SimulatedCommand = { name: "InstallApplication", answer: install };
