/**
 * Store apps with their licences, store apps from assets, and the licences of devices.
 *
 * @module
 */

import { z } from "zod";
import { findLocationAsset } from "../../db/apps/asset_views.ts";
import {
  type DeviceLicenceView,
  listDeviceLicences,
  listStoreApps,
  type StoreAppView,
} from "../../db/apps/store_app_views.ts";
import { findDevice } from "../../db/devices/device_views.ts";
import { assetName } from "../../src/apps/assets.ts";
import { licenceSentence, licenceState } from "../../src/apps/licences.ts";
import { createStoreAppOfAsset, storeAppOfAssetInput } from "../../src/blueprints/store_app_of_asset.ts";
import { limitOf } from "../../src/access/device_limit.ts";
import { problem } from "../../src/errors.ts";
import { present } from "../../src/protocol/present.ts";
import { endpoint } from "./endpoint.ts";
import { deviceParams, idParams, naiveUtc, textFilter, timeOut } from "./fields.ts";
import { pageOf, pageOfSchema, pageQuery, paginated } from "./paging.ts";

const totalsSchema = z.object({
  artifact: z.string(),
  name: z.string(),
  location_asset: z.int(),
  adam_id: z.string(),
  location: z.string().describe("The name of the location."),
  licences: z.object({
    assigned: z.int(),
    available: z.int(),
    total: z.int(),
    waiting: z.int().describe("Devices and people that wait for one."),
  }),
  devices: z.object({
    installed: z.int().describe("Devices that have reported the app as installed."),
    acknowledged: z.int().describe("Devices that have accepted the app, which cannot be verified."),
    in_progress: z.int(),
    failed: z.int(),
  }).describe("A device counts once in each number, however many users it has."),
  blueprints: z.int(),
}).meta({ id: "StoreAppTotals" });

const totalsOf = (row: StoreAppView): z.input<typeof totalsSchema> => ({
  artifact: row.artifactId,
  name: row.name,
  location_asset: row.locationAssetId,
  adam_id: row.adamId,
  location: row.locationName,
  licences: { assigned: row.assigned, available: row.available, total: row.total, waiting: row.waiting },
  devices: {
    installed: row.installed,
    acknowledged: row.acknowledged,
    in_progress: row.inProgress,
    failed: row.failed,
  },
  blueprints: row.blueprints,
});

const licenceSchema = z.object({
  location_asset: z.int(),
  name: z.string(),
  adam_id: z.string(),
  location: z.string().describe("The name of the location."),
  holder_kind: z.enum(["device", "user"]),
  state: z.enum(["none", "reserved", "waiting", "refused", "requested", "assigned", "committed", "releasing"]),
  sentence: z.string(),
  since: timeOut.nullable(),
}).meta({ id: "DeviceLicence" });

function licenceOf(row: DeviceLicenceView): z.input<typeof licenceSchema> {
  const state = licenceState(row);
  return {
    location_asset: row.locationAssetId,
    name: assetName({ name: row.assetName, adamId: row.adamId }),
    adam_id: row.adamId,
    location: row.locationName,
    holder_kind: row.holderKind,
    state,
    sentence: licenceSentence(state, row.error),
    since: naiveUtc(row.assignedAt ?? row.wantedAt),
  };
}

const TAG = "Apps & Books";
const VIEW = ["mdm.view_artifact", "mdm.view_locationasset"] as const;
const OF_ASSET = "/api/mdm/location_assets/{id}/store_apps/";

/** The endpoints. */
export const STORE_APP_VIEW_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: "/api/mdm/store_app_totals/",
    permission: VIEW,
    tag: TAG,
    summary: "List store apps with their licences and devices",
    query: z.object({ search: textFilter.describe("Part of a name."), ...pageQuery }),
    response: { status: 200, schema: pageOfSchema(totalsSchema) },
    async handle(input) {
      const page = pageOf(input.query);
      const found = await listStoreApps(input.runtime.sql, {
        ...page,
        only: limitOf(input.by.actor, "mdm.view_artifact"),
        ...present({ search: input.query.search }),
      });
      return paginated(input, page, { count: found.count, rows: found.rows.map(totalsOf) });
    },
  }),
  endpoint({
    method: "GET",
    path: OF_ASSET,
    permission: VIEW,
    tag: TAG,
    summary: "List the store apps that use licences of a location",
    params: idParams,
    query: z.object(pageQuery),
    response: { status: 200, schema: pageOfSchema(totalsSchema) },
    async handle(input) {
      const { sql } = input.runtime;
      if (await findLocationAsset(sql, input.params.id) === undefined) throw problem("not-found");
      const page = pageOf(input.query);
      const found = await listStoreApps(sql, {
        ...page,
        only: limitOf(input.by.actor, "mdm.view_artifact"),
        locationAssetId: input.params.id,
      });
      return paginated(input, page, { count: found.count, rows: found.rows.map(totalsOf) });
    },
  }),
  endpoint({
    method: "POST",
    path: OF_ASSET,
    permission: ["mdm.add_artifact", "mdm.add_artifactversion", "mdm.view_locationasset"],
    tag: TAG,
    summary: "Create a store app from an app that a location owns",
    description: "An artifact with its first version. By default it has the name and the platforms of the app.",
    params: idParams,
    body: storeAppOfAssetInput.meta({ id: "StoreAppOfAssetRequest" }),
    example: { removable: true },
    response: {
      status: 201,
      schema: z.object({ artifact: z.string(), version: z.string() }).meta({ id: "StoreAppOfAsset" }),
    },
    async handle({ runtime, by, params, body }) {
      const { artifactId, versionId } = await createStoreAppOfAsset(runtime, by, params.id, body);
      return { artifact: artifactId, version: versionId };
    },
  }),
  endpoint({
    method: "GET",
    path: "/api/mdm/devices/{id}/licences/",
    permission: ["mdm.view_enrolleddevice", "mdm.view_locationasset"],
    tag: "Devices",
    summary: "List the licences of a device",
    description: "The licences of apps that the device has or waits for; of its person in a user enrollment.",
    params: deviceParams,
    response: { status: 200, schema: z.array(licenceSchema) },
    async handle({ runtime, params }) {
      if (await findDevice(runtime.sql, params.id) === undefined) throw problem("not-found");
      return (await listDeviceLicences(runtime.sql, params.id)).map(licenceOf);
    },
  }),
];
