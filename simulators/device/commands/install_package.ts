/**
 * InstallEnterpriseApplication, and InstallApplication with a manifest: acknowledged before the app is there, as on real
 * devices.
 *
 * @module
 */

import { dict, int, str } from "../../../src/protocol/plist.ts";
import { appsIn, downloadPackage, DownloadRefused, withApps } from "../installed_apps.ts";
import { acknowledged, type Asked, type CommandAnswer, failed, type SimulatedCommand } from "./answer.ts";

/** An app of the App Store: a licence decides, and the device says no more than that it has put it on its list. */
function installFromStore({ command, state, device }: Asked, adamId: string): CommandAnswer {
  if (device === undefined || !device.apps.hasStore) return acknowledged();
  const { app, error } = device.apps.store(adamId);
  if (error !== undefined) return failed(error.code, "MCMDMErrorDomain", error.text);
  if (state.apps?.some((one) => one.Identifier === app.bundleId && one.declaration !== undefined)) {
    return failed(12_025, "MCMDMErrorDomain", `The app “${app.bundleId}” is managed by a declaration.`);
  }
  const simulated = {
    Identifier: app.bundleId,
    Name: app.name,
    Version: app.version,
    ShortVersion: app.version,
    BundleSize: 10_000_000,
  };
  const managed = state.model.platform !== "macOS" || command["InstallAsManaged"] === true;
  const here = { managed, configuration: dict(command, "Configuration"), externalVersion: app.externalVersion };
  state.apps = withApps(state.apps ?? [], [simulated], here, device.apps);
  return acknowledged({ Identifier: app.bundleId, State: "Queued" });
}

async function install(asked: Asked): Promise<CommandAnswer> {
  const { command, state, device } = asked;
  const url = str(command, "ManifestURL");
  const adamId = int(command, "iTunesStoreID");
  if (adamId !== undefined) return installFromStore(asked, String(adamId));
  if (url === undefined || device === undefined) return acknowledged();
  const managed = state.model.platform !== "macOS" || command["InstallAsManaged"] === true;
  try {
    const apps = await appsIn(await downloadPackage(device.apps, url));
    const rejected = apps.find(({ Identifier }) => device.apps.mischief(Identifier) === "reject");
    if (rejected !== undefined) {
      return acknowledged({ Identifier: rejected.Identifier, RejectionReason: "NotSupported" });
    }
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
