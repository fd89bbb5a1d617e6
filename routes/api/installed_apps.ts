/**
 * `/api/mdm/installed_apps/`: the apps that devices have, over the fleet.
 *
 * @module
 */

import { z } from "zod";
import {
  type AppOfDevice,
  findAppName,
  findFleetApp,
  FLEET_APP_COLUMNS,
  type FleetAppFilter,
  listDevicesWithApp,
  listFleetApps,
} from "../../db/devices/fleet_app_views.ts";
import { findFleetCount } from "../../db/devices/fleet_apps.ts";
import type { Db } from "../../db/open.ts";
import type { Actor } from "../../src/access/actor.ts";
import { limitOf } from "../../src/access/device_limit.ts";
import { fleetAppRepresentation } from "../../src/devices/fleet_apps.ts";
import { invalid, problem } from "../../src/errors.ts";
import { PLATFORMS } from "../../src/protocol/platform.ts";
import { fleetAppsCsv } from "../fleet_apps_csv.ts";
import { endpoint } from "./endpoint.ts";
import { choiceFilter, idParams, notAChoice, relatedFilter, textFilter } from "./fields.ts";
import { orderingQuery, pageOf, pageOfSchema, pageQuery, paginated } from "./paging.ts";

const VIEW = "mdm.view_enrolleddevice";
const tag = "Devices";
const PATH = "/api/mdm/installed_apps/";

const catalogue = z.string().nullable().describe(
  "The version in Apple's catalogue, if it is later than that of some devices; otherwise null.",
);

const versionSchema = z.object({
  id: z.int().describe("Names the version in the filter `version` of the devices."),
  short_version: z.string().describe("CFBundleShortVersionString."),
  version: z.string().describe("CFBundleVersion."),
  platform: z.enum(PLATFORMS).nullable(),
  devices: z.int(),
  managed_devices: z.int(),
  catalogue_version: catalogue,
}).meta({ id: "FleetAppVersion" });

const schema = z.object({
  id: z.int(),
  identifier: z.string().describe("The bundle ID; empty for the few apps without one."),
  name: z.string().describe("As most devices call it."),
  platforms: z.array(z.enum(PLATFORMS)),
  devices: z.int().describe("Devices that have any version of it."),
  managed_devices: z.int().describe("Devices that have reported it as managed."),
  delivered: z.boolean().describe("Whether an artifact installs it."),
  catalogue_version: catalogue,
  versions: z.array(versionSchema),
}).meta({ id: "FleetApp" });

const deviceSchema = z.object({
  id: z.int(),
  udid: z.string(),
  serial_number: z.string(),
  name: z.string(),
  platform: z.enum(PLATFORMS).nullable(),
  os_version: z.string(),
  short_version: z.string(),
  version: z.string(),
  managed: z.boolean().nullable().describe("Null: the device did not say."),
}).meta({ id: "DeviceWithApp" });

const yes = choiceFilter(["true", "false"]);
const filterQuery = {
  search: textFilter.describe("Part of the name or of the bundle ID."),
  platform: choiceFilter(PLATFORMS),
  managed: yes.describe("Whether devices have reported it as managed, or an artifact installs it."),
  several_versions: yes.describe("Whether devices have more than one version of it."),
  newer: yes.describe("Whether Apple's catalogue has a later version than some devices."),
};

const bool = (text: "true" | "false" | undefined) => text === undefined ? undefined : text === "true";
const filterOf = (
  query: {
    search?: string | undefined;
    platform?: string | undefined;
    managed?: "true" | "false" | undefined;
    several_versions?: "true" | "false" | undefined;
    newer?: "true" | "false" | undefined;
  },
): FleetAppFilter => ({
  search: query.search === "" ? undefined : query.search,
  platform: query.platform,
  managed: bool(query.managed),
  severalVersions: bool(query.several_versions),
  newer: bool(query.newer),
});

const only = (actor: Actor) => limitOf(actor, VIEW);

/** Returns what the devices of an app have. Throws `invalid` for a version of another app. */
async function wantedOf(db: Db, id: number, version: number | undefined): Promise<AppOfDevice> {
  const app = await findAppName(db, id);
  if (app === undefined) throw problem("not-found");
  if (version === undefined) return { app: id };
  const other = await findAppName(db, version);
  if (
    other === undefined || other.identifier !== app.identifier || (app.identifier === "" && other.name !== app.name)
  ) {
    throw invalid({ version: [notAChoice(version)] });
  }
  return { version };
}

/** The endpoints. */
export const INSTALLED_APP_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: PATH,
    permission: VIEW,
    tag,
    summary: "List the apps that devices have",
    description: "Enrolled devices count, by their last list of apps. The sums are renewed every five minutes.",
    query: z.object({
      ...filterQuery,
      ordering: orderingQuery(FLEET_APP_COLUMNS, { column: "name", descending: false }),
      ...pageQuery,
    }),
    response: { status: 200, schema: pageOfSchema(schema) },
    async handle(input) {
      const { runtime: { sql }, by, query } = input;
      const page = pageOf(query);
      const found = await listFleetApps(sql, {
        ...filterOf(query),
        ...query.ordering,
        ...page,
        only: only(by.actor),
        live: await findFleetCount(sql) === undefined,
      });
      return paginated(input, page, { count: found.count, rows: found.rows.map(fleetAppRepresentation) });
    },
  }),
  endpoint({
    method: "GET",
    path: `${PATH}csv/`,
    permission: VIEW,
    session: true,
    tag,
    summary: "Download the apps that devices have, a line for each version on each platform",
    query: z.object(filterQuery),
    response: { status: 200, contentType: "text/csv" },
    handle: ({ runtime, by, query }) => fleetAppsCsv(runtime, filterOf(query), only(by.actor)),
  }),
  endpoint({
    method: "GET",
    path: `${PATH}{id}/`,
    permission: VIEW,
    tag,
    summary: "Read an app with its versions on devices",
    description: "Counted now.",
    params: idParams,
    response: { status: 200, schema },
    async handle({ runtime, by, params }) {
      const app = await findFleetApp(runtime.sql, params.id, only(by.actor));
      if (app === undefined) throw problem("not-found");
      return fleetAppRepresentation(app);
    },
  }),
  endpoint({
    method: "GET",
    path: `${PATH}{id}/devices/`,
    permission: VIEW,
    tag,
    summary: "List the devices that have an app",
    params: idParams,
    query: z.object({
      version: relatedFilter.describe("The id of a version."),
      platform: choiceFilter(PLATFORMS),
      ordering: orderingQuery(["name", "serial_number"], { column: "name", descending: false }),
      ...pageQuery,
    }),
    response: { status: 200, schema: pageOfSchema(deviceSchema) },
    async handle(input) {
      const { runtime: { sql }, by, params, query } = input;
      const page = pageOf(query);
      const { rows, count } = await listDevicesWithApp(sql, {
        wanted: await wantedOf(sql, params.id, query.version),
        platform: query.platform,
        only: only(by.actor),
        ...query.ordering,
        ...page,
      });
      return paginated(input, page, {
        count,
        rows: rows.map(({ serialNumber, osVersion, shortVersion, ...row }) => ({
          ...row,
          serial_number: serialNumber,
          os_version: osVersion,
          short_version: shortVersion,
        })),
      });
    },
  }),
];
