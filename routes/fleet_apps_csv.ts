/**
 * The apps of the fleet as a table of comma-separated values: a line for each version on each platform.
 *
 * @module
 */

import type { DeviceLimit } from "../db/access/device_limit_views.ts";
import { type FleetAppFilter, listFleetApps } from "../db/devices/fleet_app_views.ts";
import { findFleetCount } from "../db/devices/fleet_apps.ts";
import { latestFirst } from "../src/devices/fleet_apps.ts";
import type { Runtime } from "../src/runtime.ts";
import { csvResponse } from "./csv.ts";

const HEAD = [
  "name",
  "identifier",
  "platform",
  "short_version",
  "version",
  "devices",
  "managed_devices",
  "catalogue_version",
];
/** Apps of a batch: each batch counts again for somebody who sees some devices only. */
const BATCH = 2000;

/** Returns the file, read in batches while it is sent. */
export async function fleetAppsCsv(
  { sql }: Runtime,
  filter: FleetAppFilter,
  only: DeviceLimit | undefined,
): Promise<Response> {
  const live = await findFleetCount(sql) === undefined;
  return csvResponse({ filename: "apps.csv", head: HEAD, batch: BATCH }, async (page) => {
    const { rows } = await listFleetApps(sql, {
      ...filter,
      ...page,
      only,
      live,
      column: "identifier",
      descending: false,
    });
    return rows.map(({ name, identifier, versions }) =>
      latestFirst(versions).map((one) => [
        name,
        identifier,
        one.platform,
        one.shortVersion,
        one.version,
        String(one.devices),
        String(one.managed),
        one.newerVersion,
      ])
    );
  });
}
