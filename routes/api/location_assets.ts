/**
 * `/api/mdm/location_assets/`: the licences that locations have of apps and books.
 *
 * @module
 */

import { z } from "zod";
import { findLocationAsset, type HolderView, listHolders, listLocationAssets } from "../../db/apps/asset_views.ts";
import { findBulkAssociation } from "../../db/apps/bulk_associations.ts";
import { findLocation } from "../../db/apps/locations.ts";
import { locationAssetRepresentation } from "../../src/apps/assets.ts";
import { beginBulkAssociation, bulkAssociationRepresentation } from "../../src/apps/bulk.ts";
import { bulkAssociationInput } from "../../src/apps/bulk_input.ts";
import { limitOf } from "../../src/access/device_limit.ts";
import { assignToUser, userAssignmentInput } from "../../src/apps/user_assignment.ts";
import { invalid, problem } from "../../src/errors.ts";
import { present } from "../../src/protocol/present.ts";
import { endpoint } from "./endpoint.ts";
import { idParam, idParams, naiveUtc, notAChoice, relatedFilter, textFilter, timeOut, uuidParam } from "./fields.ts";
import { listed, listOf } from "./listed.ts";
import { pageOf, pageOfSchema, pageQuery, paginated } from "./paging.ts";

const locationAssetSchema = z.object({
  id: z.int(),
  location: z.int(),
  asset: z.int(),
  adam_id: z.string().describe("Apple's id of the item."),
  pricing_param: z.string().meta({ examples: ["STDQ"] }),
  assigned_count: z.int(),
  available_count: z.int(),
  retired_count: z.int(),
  total_count: z.int(),
  created_at: timeOut,
  updated_at: timeOut,
}).meta({ id: "LocationAsset" });

const licenceSchema = z.object({
  id: z.int(),
  kind: z.enum(["device", "user"]),
  holder: z.string().describe("The serial number of a device, or Apple's clientUserId of a user."),
  name: z.string().describe("The name of the device here, or the Managed Apple Account of the user."),
  device: z.int().nullable(),
  assigned: z.boolean().describe("Whether Apple has assigned the licence."),
  wanted: z.enum(["associate", "disassociate"]).nullable().describe("What this server asks Apple for."),
  origin: z.enum(["device", "operator"]).nullable().describe("Who wants it: the state of a device, or a person."),
  error: z.string().describe("Why Apple did not assign it; empty if it did or was not asked."),
  since: timeOut.nullable(),
}).meta({ id: "Licence" });

const bulkSchema = z.object({
  id: z.string(),
  location_asset: z.int(),
  action: z.enum(["associate", "disassociate"]),
  state: z.enum(["running", "done"]).describe("done: every device is in the ledger. Apple assigns some seconds later."),
  devices: z.int(),
  done: z.int(),
  left_out: z.int().describe("Devices that were deleted or are blocked."),
  created_at: timeOut,
  ended_at: timeOut.nullable(),
}).meta({ id: "BulkAssociation" });

const userAnswerSchema = z.object({
  client_user_id: z.string().nullable(),
  state: z.enum([
    "none",
    "reserved",
    "waiting",
    "refused",
    "requested",
    "assigned",
    "committed",
    "releasing",
  ]),
  sentence: z.string(),
}).meta({ id: "UserAssignment" });

const licenceRepresentation = (row: HolderView): z.input<typeof licenceSchema> => ({
  id: row.id,
  kind: row.kind,
  holder: row.holder,
  name: row.name,
  device: row.deviceId,
  assigned: row.assigned,
  wanted: row.wanted,
  origin: row.origin,
  error: row.error,
  since: naiveUtc(row.since),
});

const PATH = "/api/mdm/location_assets/";
const ONE = `${PATH}{id}/`;
const TAG = "Apps & Books";
const VIEW = "mdm.view_locationasset";

/** The endpoints of assets of locations. */
export const LOCATION_ASSET_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: PATH,
    readByPost: true,
    permission: VIEW,
    tag: TAG,
    summary: "List the licences of locations",
    query: z.object({
      location_id: relatedFilter,
      adam_id: textFilter,
      pricing_param: textFilter,
      ...pageQuery,
    }),
    response: { status: 200, schema: listOf(locationAssetSchema) },
    async handle(input) {
      const { sql } = input.runtime;
      const { location_id: locationId, adam_id: adamId, pricing_param: pricingParam } = input.query;
      if (locationId !== undefined && await findLocation(sql, locationId) === undefined) {
        throw invalid({ location_id: [notAChoice(locationId)] });
      }
      return await listed(
        input,
        (page) => listLocationAssets(sql, { ...page, ...present({ locationId, adamId, pricingParam }) }),
        locationAssetRepresentation,
      );
    },
  }),
  endpoint({
    method: "GET",
    path: ONE,
    permission: VIEW,
    tag: TAG,
    summary: "Read the licences that a location has of an item",
    params: idParams,
    response: { status: 200, schema: locationAssetSchema },
    async handle({ runtime, params }) {
      const row = await findLocationAsset(runtime.sql, params.id);
      if (row === undefined) throw problem("not-found");
      return locationAssetRepresentation(row);
    },
  }),
  endpoint({
    method: "GET",
    path: `${ONE}licences/`,
    permission: VIEW,
    tag: TAG,
    summary: "List who has licences of an item, or waits for one",
    params: idParams,
    query: z.object({
      search: textFilter.describe("Part of a serial number, a device's name or a Managed Apple Account."),
      ...pageQuery,
    }),
    response: { status: 200, schema: pageOfSchema(licenceSchema) },
    async handle(input) {
      const { sql } = input.runtime;
      if (await findLocationAsset(sql, input.params.id) === undefined) throw problem("not-found");
      const page = pageOf(input.query);
      const { count, rows } = await listHolders(sql, {
        ...page,
        locationAssetId: input.params.id,
        only: limitOf(input.by.actor, VIEW),
        ...present({ search: input.query.search }),
      });
      return paginated(input, page, { count, rows: rows.map(licenceRepresentation) });
    },
  }),
  endpoint({
    method: "POST",
    path: `${ONE}associations/`,
    permission: ["mdm.change_locationasset", "mdm.view_depvirtualserver"],
    tag: TAG,
    summary: "Assign licences of an item to many devices, or take them back",
    description: "Without an installation. Devices that have a licence, or none to take back, are left as they are.",
    params: idParams,
    body: bulkAssociationInput.meta({ id: "BulkAssociationRequest" }),
    example: { action: "associate", serial_numbers: ["C02Y402HLCM6"] },
    response: { status: 201, schema: bulkSchema },
    async handle({ runtime, by, params, body }) {
      const id = await beginBulkAssociation(runtime, by, params.id, body);
      const row = await findBulkAssociation(runtime.sql, id);
      if (row === undefined) throw problem("not-found");
      return bulkAssociationRepresentation(row);
    },
  }),
  endpoint({
    method: "GET",
    path: `${ONE}associations/{association_id}/`,
    permission: VIEW,
    tag: TAG,
    summary: "Read how far an assignment to many devices is",
    params: z.object({ id: idParam, association_id: uuidParam }),
    response: { status: 200, schema: bulkSchema },
    async handle({ runtime, params }) {
      const row = await findBulkAssociation(runtime.sql, params.association_id);
      if (row === undefined || row.locationAssetId !== params.id) throw problem("not-found");
      return bulkAssociationRepresentation(row);
    },
  }),
  endpoint({
    method: "POST",
    path: `${ONE}users/`,
    permission: "mdm.change_locationasset",
    tag: TAG,
    summary: "Assign a licence of an app or book to a person, or take it back",
    description: "The person is registered at Apple first, by the Managed Apple Account.",
    params: idParams,
    body: userAssignmentInput.meta({ id: "UserAssignmentRequest" }),
    example: { action: "associate", managed_apple_account: "jun@example.com" },
    response: { status: 201, schema: userAnswerSchema },
    async handle({ runtime, by, params, body }) {
      const fact = await assignToUser(runtime, by, params.id, body);
      return {
        client_user_id: fact?.holder ?? null,
        state: fact?.state ?? "none",
        sentence: fact?.sentence ?? "The licence is given back.",
      };
    },
  }),
];
