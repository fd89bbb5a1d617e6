/**
 * `/api/mdm/blueprints/`: what groups of devices should be.
 *
 * @module
 */

import { z } from "zod";
import { listBlueprints } from "../../db/blueprints/blueprints.ts";
import {
  blueprintRepresentation,
  changeBlueprint,
  createBlueprint,
  mustFindBlueprint,
  removeBlueprint,
} from "../../src/blueprints/blueprints.ts";
import { present } from "../../src/protocol/present.ts";
import { endpoint, NO_CONTENT } from "./endpoint.ts";
import { idParams, pkField, textField, textFilter, timeOut, unknownPk } from "./fields.ts";
import { listed, listOf } from "./listed.ts";
import { type Page, pageQuery } from "./paging.ts";

const collect = z.literal([0, 1, 2]).describe("0: no, 1: managed only, 2: all.");

const blueprintSchema = z.object({
  id: z.int(),
  name: z.string(),
  inventory_interval: z.int().describe("Seconds."),
  collect_apps: z.int(),
  collect_certificates: z.int(),
  collect_profiles: z.int(),
  legacy_profiles_via_ddm: z.boolean(),
  default_location: z.null(),
  filevault_config: z.null(),
  recovery_password_config: z.null(),
  software_update_enforcements: z.array(z.int()),
  created_at: timeOut,
  updated_at: timeOut,
}).meta({ id: "Blueprint" });

/** The key of an object of which none can exist yet. */
const noneYet = pkField.nullable()
  .refine((pk) => pk === null, { error: ({ input }) => unknownPk(String(input)) })
  .meta({ examples: [null] }).transform(() => null).default(null);

const body = z.object({
  name: textField(256),
  inventory_interval: z.int()
    .min(14_400, "Ensure this value is greater than or equal to 14400.")
    .max(604_800, "Ensure this value is less than or equal to 604800.").default(86_400).describe("Seconds."),
  collect_apps: collect.default(0),
  collect_certificates: collect.default(0),
  collect_profiles: collect.default(0),
  legacy_profiles_via_ddm: z.boolean().default(true).describe(
    "Whether devices that support declarative management get profiles by declaration rather than by command.",
  ),
  default_location: noneYet,
  filevault_config: noneYet,
  recovery_password_config: noneYet,
  software_update_enforcements: z.array(pkField).superRefine((pks, context) => {
    for (const pk of pks) context.addIssue({ code: "custom", message: unknownPk(pk) });
  }).default([]),
}).meta({ id: "BlueprintRequest" });

const values = (given: z.output<typeof body>) => ({
  name: given.name,
  inventoryInterval: given.inventory_interval,
  collectApps: given.collect_apps,
  collectCertificates: given.collect_certificates,
  collectProfiles: given.collect_profiles,
  legacyProfilesViaDdm: given.legacy_profiles_via_ddm,
});

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
    handle: async ({ runtime, by, body }) => blueprintRepresentation(await createBlueprint(runtime, by, values(body))),
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
      blueprintRepresentation(await changeBlueprint(runtime, by, params.id, values(body))),
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
