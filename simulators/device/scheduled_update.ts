/**
 * The update that a simulated device finds by itself and that commands schedule.
 *
 * How it differs from the real thing: there is always one, the next patch of the device's own version, and loading it takes no
 * time.
 *
 * @module
 */

import type { PlistDict } from "../../src/protocol/plist.ts";
import type { Model } from "./models.ts";

/** An update that a device could install. */
export type FoundUpdate = { productKey: string; version: string; build: string };

/** One that was scheduled: what the server asked for, and whether it was loaded. */
export type ScheduledUpdate = FoundUpdate & { action: string; downloaded: boolean };

/** Returns the update that a device finds. */
export function foundUpdate({ platform, osVersion, build }: Model): FoundUpdate {
  const [major = "0", minor = "0", patch = "0"] = osVersion.split(".");
  const version = `${major}.${minor}.${Number(patch) + 1}`;
  const next = build.replace(/\d+$/, (number) => String(Number(number) + 1));
  return {
    productKey: platform === "macOS" ? `MSU_UPDATE_${next}_full_${version}_minor` : `iOSUpdate${next}`,
    version,
    build: next,
  };
}

/** Whether an action installs the update once it is loaded. */
export const installs = ({ action }: ScheduledUpdate): boolean => action !== "DownloadOnly" && action !== "NotifyOnly";

/** Returns the state of a scheduled update in the form of OSUpdateStatus. */
export const updateStatus = (update: ScheduledUpdate): PlistDict => ({
  ProductKey: update.productKey,
  IsDownloaded: update.downloaded,
  DownloadPercentComplete: update.downloaded ? 1 : 0,
  Status: update.downloaded ? installs(update) ? "Installing" : "Idle" : "Downloading",
});
