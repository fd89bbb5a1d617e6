/**
 * `/api/mdm/location_assets/`: the licences that locations have of apps and books.
 *
 * @module
 */

import { z } from "zod";
import { findLocationAsset, listLocationAssets } from "../../db/apps/asset_views.ts";
import { findLocation } from "../../db/apps/locations.ts";
import { locationAssetRepresentation } from "../../src/apps/assets.ts";
import { invalid, problem } from "../../src/errors.ts";
import { present } from "../../src/protocol/present.ts";
import { endpoint } from "./endpoint.ts";
import { idParams, notAChoice, relatedFilter, textFilter, timeOut } from "./fields.ts";
import { listed, listOf } from "./listed.ts";
import { pageQuery } from "./paging.ts";

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

const PATH = "/api/mdm/location_assets/";
const TAG = "Apps & Books";
const VIEW = "mdm.view_locationasset";

/** The endpoints of assets of locations. */
export const LOCATION_ASSET_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: PATH,
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
    path: `${PATH}{id}/`,
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
];
