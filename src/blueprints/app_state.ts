/**
 * What a device's list of apps says of an installation that it has accepted.
 *
 * Pure.
 *
 * @module
 */

import { compareAppVersions } from "../app_version.ts";
import type { InstalledApp, PendingApp } from "../commands/effect.ts";

/** An app of a package. */
type Bundle = { id: string; version_str: string };

/** How far an installation is. */
export type AppProgress = "waiting" | "downloading" | "paused" | "installing";

/** The state of an installation. `unknown`: the list says nothing of it. */
export type AppState =
  | { state: "installed"; evidence: string; exact: boolean }
  | { state: "in progress"; progress: AppProgress }
  | { state: "failed" | "declined"; reason: string; flag: "DownloadFailed" | "DownloadCancelled" }
  | { state: "unknown"; reason: string };

const PROGRESS = { waiting: "waiting", paused: "paused", installing: "installing" } as const satisfies Partial<
  Record<PendingApp["state"], AppProgress>
>;

/**
 * Returns the state of a package with these apps. It is installed when one of its apps is listed in its version, or in a
 * later one, which the app has fetched by itself, while none is on its way.
 */
export function appState(
  bundles: readonly Bundle[],
  { apps, pending }: { apps: readonly InstalledApp[]; pending: readonly PendingApp[] },
): AppState {
  const ids = new Set(bundles.map(({ id }) => id));
  const under = pending.filter(({ identifier }) => identifier !== null && ids.has(identifier));
  const failed = under.find(({ state }) => state === "failed");
  if (failed !== undefined) {
    return {
      state: "failed",
      reason: `The device could not download ${failed.identifier}.`,
      flag: "DownloadFailed",
    };
  }
  const cancelled = under.find(({ state }) => state === "cancelled");
  if (cancelled !== undefined) {
    return {
      state: "declined",
      reason: `The download of ${cancelled.identifier} was canceled on the device.`,
      flag: "DownloadCancelled",
    };
  }
  for (const { state } of under) {
    if (state === "waiting" || state === "paused" || state === "installing") {
      return { state: "in progress", progress: PROGRESS[state] };
    }
  }
  let other: string | undefined;
  for (const { id, version_str: wanted } of bundles) {
    for (const { identifier, shortVersion, version } of apps) {
      if (identifier !== id) continue;
      const listed = shortVersion ?? version ?? "";
      if (listed === wanted) return { state: "installed", evidence: `lists ${id} ${listed}`, exact: true };
      if (compareAppVersions(listed, wanted) >= 0) {
        return { state: "installed", evidence: `lists ${id} ${listed}, later than ${wanted}`, exact: false };
      }
      other = `lists ${id} ${listed}, not ${wanted}`;
    }
  }
  return { state: "unknown", reason: other ?? "does not list the app" };
}
