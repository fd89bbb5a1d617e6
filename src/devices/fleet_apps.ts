/**
 * Apps over the fleet: renewing the sums, and the later versions in Apple's catalogue.
 *
 * @module
 */

import {
  findFleetCount,
  fleetFingerprint,
  listCatalogueMatches,
  markNewer,
  noteFleetCount,
  renewFleetApps,
} from "../../db/devices/fleet_apps.ts";
import type { FleetApp, FleetAppVersion } from "../../db/devices/fleet_app_views.ts";
import { appVersion, compareAppVersions, compareVersions, newerInCatalogue } from "../app_version.ts";
import type { Runtime } from "../runtime.ts";

/** Returns the latest of versions, "" for none. */
const latestOf = (versions: readonly string[]): string =>
  [...new Set(versions)].reduce<string | undefined>(
    (latest, one) => latest !== undefined && compareAppVersions(one, latest) < 0 ? latest : one,
    undefined,
  ) ?? "";

/** Returns the later version that the catalogue has, "" for none. `latest` are those of all assets that are the app. */
export const newerOf = (
  { latest, ...installed }: { shortVersion: string; version: string; latest: readonly string[] },
): string => newerInCatalogue(installed, latestOf(latest));

/** What a renewal did: the number of sums, and of versions whose mark changed; `renewed` false if nothing had changed. */
export type FleetAppsResult = { renewed: boolean; sums: number; marks: number };

/** Counts the apps of the fleet, unless no list and no version in the catalogue has changed since the last time. */
export async function countFleetApps(runtime: Pick<Runtime, "sql" | "clock">): Promise<FleetAppsResult> {
  return await runtime.sql.begin(async (tx) => {
    const [fingerprint, before] = [await fleetFingerprint(tx), await findFleetCount(tx)];
    if (before?.fingerprint === fingerprint) return { renewed: false, sums: 0, marks: 0 };
    const sums = await renewFleetApps(tx);
    const marks = (await listCatalogueMatches(tx)).flatMap((match) => {
      const newerVersion = newerOf(match);
      return newerVersion === match.newerVersion ? [] : [{ ...match, newerVersion }];
    });
    await markNewer(tx, marks.map(({ appId, platform, newerVersion }) => ({ appId, platform, newerVersion })));
    await noteFleetCount(tx, { countedAt: runtime.clock.now(), fingerprint });
    return { renewed: true, sums, marks: marks.length };
  });
}

/** Returns a version in words: "1.2 (345)", or "1.2" if the build says the same. */
export const versionWords = ({ shortVersion, version }: { shortVersion: string; version: string }): string =>
  shortVersion === "" || shortVersion === version || version === ""
    ? shortVersion || version || "unknown"
    : `${shortVersion} (${version})`;

/** Returns the versions of an app, the latest first. */
export const latestFirst = (versions: readonly FleetAppVersion[]): FleetAppVersion[] =>
  versions
    // Devices make up as many as they like: each is read once.
    .map((row) => ({ row, short: appVersion(row.shortVersion), long: appVersion(row.version) }))
    .sort((one, other) =>
      compareVersions(other.short, one.short) || compareVersions(other.long, one.long) ||
      (one.row.platform < other.row.platform
        ? -1
        : one.row.platform > other.row.platform
        ? 1
        : one.row.id - other.row.id)
    )
    .map(({ row }) => row);

/** Returns the platforms of an app, and the latest version in the catalogue that some device does not have. */
export const summaryOf = ({ versions }: Pick<FleetApp, "versions">) => ({
  platforms: [...new Set(versions.map(({ platform }) => platform))].flatMap((one) => one === "" ? [] : [one]).sort(),
  newer: latestOf(versions.map(({ newerVersion }) => newerVersion).filter((one) => one !== "")),
});

/** Returns an app as the API shows it. */
export function fleetAppRepresentation(app: FleetApp) {
  const { platforms, newer } = summaryOf(app);
  return {
    id: app.id,
    identifier: app.identifier,
    name: app.name,
    platforms,
    devices: app.devices,
    managed_devices: app.managed,
    delivered: app.delivered,
    catalogue_version: newer || null,
    versions: latestFirst(app.versions).map((one) => ({
      id: one.id,
      short_version: one.shortVersion,
      version: one.version,
      platform: one.platform || null,
      devices: one.devices,
      managed_devices: one.managed,
      catalogue_version: one.newerVersion || null,
    })),
  };
}
