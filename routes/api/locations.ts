/**
 * `/api/mdm/locations/`: the locations of Apps & Books.
 *
 * @module
 */

import { z } from "zod";
import { findLocation, listLocations } from "../../db/apps/locations.ts";
import { locationInput, locationTokenInput } from "../../src/apps/location_input.ts";
import {
  addLocation,
  deleteLocation,
  locationRepresentation,
  renewLocationToken,
  requestContentSync,
} from "../../src/apps/locations.ts";
import { problem } from "../../src/errors.ts";
import { present } from "../../src/protocol/present.ts";
import { endpoint, NO_CONTENT } from "./endpoint.ts";
import { idParams, textFilter, timeOut, uuidFilter } from "./fields.ts";
import { listed, listOf } from "./listed.ts";
import { pageQuery } from "./paging.ts";
import { queuedTask, taskSchema } from "./queued_task.ts";

const locationSchema = z.object({
  id: z.int(),
  server_token_expiration_date: timeOut,
  organization_name: z.string(),
  name: z.string(),
  country_code: z.string().meta({ examples: ["DE"] }),
  library_uid: z.string().describe("Apple's id of the location."),
  platform: z.string().meta({ examples: ["enterprisestore"] }),
  website_url: z.string(),
  mdm_info_id: z.string().describe("The id by which Apple knows this server as the manager of the location."),
  created_at: timeOut,
  updated_at: timeOut,
}).meta({ id: "Location" });

const PATH = "/api/mdm/locations/";
const ONE = "/api/mdm/locations/{id}/";
const TAG = "Apps & Books";

/** The endpoints of locations. */
export const LOCATION_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: PATH,
    readByPost: true,
    permission: "mdm.view_location",
    tag: TAG,
    summary: "List locations",
    query: z.object({ name: textFilter, organization_name: textFilter, mdm_info_id: uuidFilter, ...pageQuery }),
    response: { status: 200, schema: listOf(locationSchema) },
    handle: (input) => {
      const { name, organization_name: organizationName, mdm_info_id: mdmInfoId } = input.query;
      return listed(
        input,
        (page) => listLocations(input.runtime.sql, { ...page, ...present({ name, organizationName, mdmInfoId }) }),
        locationRepresentation,
      );
    },
  }),
  endpoint({
    method: "POST",
    path: PATH,
    permission: "mdm.add_location",
    tag: TAG,
    summary: "Add the location of a content token",
    description:
      "The token is proven at Apple first. Then this server registers with Apple as the manager of the location, and its assets are synchronized.",
    body: locationInput.meta({ id: "LocationRequest" }),
    response: { status: 201, schema: locationSchema },
    async handle({ runtime, by, body }) {
      const id = await addLocation(runtime, by, new TextEncoder().encode(body.server_token), {
        takeOver: body.take_over,
      });
      const row = await findLocation(runtime.sql, id);
      if (row === undefined) throw problem("not-found");
      return locationRepresentation(row);
    },
  }),
  endpoint({
    method: "GET",
    path: ONE,
    permission: "mdm.view_location",
    tag: TAG,
    summary: "Read a location",
    params: idParams,
    response: { status: 200, schema: locationSchema },
    async handle({ runtime, params }) {
      const row = await findLocation(runtime.sql, params.id);
      if (row === undefined) throw problem("not-found");
      return locationRepresentation(row);
    },
  }),
  endpoint({
    method: "DELETE",
    path: ONE,
    permission: "mdm.delete_location",
    tag: TAG,
    summary: "Delete a location without assets",
    params: idParams,
    response: NO_CONTENT,
    handle: ({ runtime, by, params }) => deleteLocation(runtime, by, params.id),
  }),
  endpoint({
    method: "POST",
    path: `${ONE}renew/`,
    permission: "mdm.change_location",
    tag: TAG,
    summary: "Renew the content token of a location",
    params: idParams,
    body: locationTokenInput.meta({ id: "LocationTokenRequest" }),
    response: { status: 200, schema: locationSchema },
    async handle({ runtime, by, params, body }) {
      await renewLocationToken(runtime, by, params.id, new TextEncoder().encode(body.server_token), {
        takeOver: body.take_over,
      });
      const row = await findLocation(runtime.sql, params.id);
      if (row === undefined) throw problem("not-found");
      return locationRepresentation(row);
    },
  }),
  endpoint({
    method: "POST",
    path: `${ONE}sync/`,
    permission: "mdm.view_location",
    session: true,
    tag: TAG,
    summary: "Synchronize the assets of a location with Apple",
    params: idParams,
    response: { status: 201, schema: taskSchema },
    handle: async ({ runtime, params }) => queuedTask(await requestContentSync(runtime, params.id)),
  }),
];
