/**
 * `/api/mdm/blueprints/`: the desired states of groups of devices.
 *
 * @module
 */

import { z } from "zod";
import { listBlueprints } from "../../db/blueprints/blueprints.ts";
import { blueprintInput } from "../../src/blueprints/blueprint_input.ts";
import {
  blueprintRepresentation,
  changeBlueprint,
  createBlueprint,
  mustFindBlueprint,
  removeBlueprint,
} from "../../src/blueprints/blueprints.ts";
import { present } from "../../src/protocol/present.ts";
import { endpoint, NO_CONTENT } from "./endpoint.ts";
import { idParams, textFilter, timeOut } from "./fields.ts";
import { listed, listOf } from "./listed.ts";
import { type Page, pageQuery } from "./paging.ts";

const blueprintSchema = z.object({
  id: z.int(),
  name: z.string(),
  inventory_interval: z.int().describe("Seconds."),
  collect_apps: z.int(),
  collect_certificates: z.int(),
  collect_profiles: z.int(),
  legacy_profiles_via_ddm: z.boolean(),
  default_location: z.int().nullable(),
  filevault_config: z.int().nullable(),
  recovery_password_config: z.int().nullable(),
  software_update_enforcements: z.array(z.int()),
  created_at: timeOut,
  updated_at: timeOut,
}).meta({ id: "Blueprint" });

const body = blueprintInput.meta({ id: "BlueprintRequest" });

const ONE = "/api/mdm/blueprints/{id}/";
const tag = "Blueprints";

/** The endpoints of blueprints. */
export const BLUEPRINT_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: "/api/mdm/blueprints/",
    permission: "mdm.view_blueprint",
    tag,
    summary: "List blueprints",
    query: z.object({ name: textFilter, ...pageQuery }),
    response: { status: 200, schema: listOf(blueprintSchema) },
    async handle(input) {
      const { name } = input.query;
      const find = (page: Page) => listBlueprints(input.runtime.sql, { ...page, ...present({ name }) });
      return await listed(input, find, blueprintRepresentation);
    },
  }),
  endpoint({
    method: "POST",
    path: "/api/mdm/blueprints/",
    permission: "mdm.add_blueprint",
    tag,
    summary: "Create a blueprint",
    previews: true,
    body,
    response: { status: 201, schema: blueprintSchema },
    handle: async ({ runtime, by, body }) => blueprintRepresentation(await createBlueprint(runtime, by, body)),
  }),
  endpoint({
    method: "GET",
    path: ONE,
    permission: "mdm.view_blueprint",
    tag,
    summary: "Read a blueprint",
    params: idParams,
    response: { status: 200, schema: blueprintSchema },
    handle: async ({ runtime, params }) => blueprintRepresentation(await mustFindBlueprint(runtime, params.id)),
  }),
  endpoint({
    method: "PUT",
    path: ONE,
    permission: "mdm.change_blueprint",
    tag,
    summary: "Update a blueprint",
    previews: true,
    params: idParams,
    body,
    response: { status: 200, schema: blueprintSchema },
    handle: async ({ runtime, by, params, body }) =>
      blueprintRepresentation(await changeBlueprint(runtime, by, params.id, body)),
  }),
  endpoint({
    method: "DELETE",
    path: ONE,
    permission: "mdm.delete_blueprint",
    tag,
    summary: "Delete a blueprint",
    description: "Its devices and enrollments will have no blueprint. Refused while it has artifacts.",
    previews: true,
    params: idParams,
    response: NO_CONTENT,
    handle: async ({ runtime, by, params }) => await removeBlueprint(runtime, by, params.id),
  }),
];
