/**
 * `/api/mdm/software_update_enforcements/`: the updates that devices must have, by when.
 *
 * @module
 */

import { z } from "zod";
import { listEnforcements } from "../../db/updates/enforcements.ts";
import { present } from "../../src/protocol/present.ts";
import { enforcementInput } from "../../src/updates/enforcement_input.ts";
import {
  changeEnforcement,
  createEnforcement,
  enforcementRepresentation,
  mustFindEnforcement,
  removeEnforcement,
} from "../../src/updates/enforcements.ts";
import { endpoint, NO_CONTENT } from "./endpoint.ts";
import { idParams, textFilter, timeOut } from "./fields.ts";
import { listed, listOf } from "./listed.ts";
import { type Page, pageQuery } from "./paging.ts";

const enforcementSchema = z.object({
  id: z.int(),
  name: z.string(),
  details_url: z.string(),
  platforms: z.array(z.string()),
  tags: z.array(z.int()),
  os_version: z.string(),
  build_version: z.string(),
  local_datetime: z.string().nullable().describe("In the device's own zone."),
  max_os_version: z.string(),
  delay_days: z.int().nullable(),
  local_time: z.string().nullable(),
  blackouts: z.array(z.record(z.string(), z.unknown())),
  created_at: timeOut,
  updated_at: timeOut,
}).meta({ id: "SoftwareUpdateEnforcement" });

const body = enforcementInput.meta({ id: "SoftwareUpdateEnforcementRequest" });
const example = { name: "Latest macOS below 27", platforms: ["macOS"], max_os_version: "27", delay_days: 7 };

const PATH = "/api/mdm/software_update_enforcements/";
const ONE = `${PATH}{id}/` as const;
const tag = "Software updates";

/** The endpoints of enforcements. */
export const SOFTWARE_UPDATE_ENFORCEMENT_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: PATH,
    permission: "mdm.view_softwareupdateenforcement",
    tag,
    summary: "List software update enforcements",
    query: z.object({ name: textFilter, ...pageQuery }),
    response: { status: 200, schema: listOf(enforcementSchema) },
    async handle(input) {
      const { name } = input.query;
      const find = (page: Page) => listEnforcements(input.runtime.sql, { ...page, ...present({ name }) });
      return await listed(input, find, enforcementRepresentation);
    },
  }),
  endpoint({
    method: "POST",
    path: PATH,
    permission: "mdm.add_softwareupdateenforcement",
    tag,
    summary: "Create a software update enforcement",
    description: "Either `os_version` (once) or `max_os_version` (always the latest below it) is set.",
    body,
    example,
    response: { status: 201, schema: enforcementSchema },
    handle: async ({ runtime, by, body }) => enforcementRepresentation(await createEnforcement(runtime, by, body)),
  }),
  endpoint({
    method: "GET",
    path: ONE,
    permission: "mdm.view_softwareupdateenforcement",
    tag,
    summary: "Read a software update enforcement",
    params: idParams,
    response: { status: 200, schema: enforcementSchema },
    handle: async ({ runtime, params }) => enforcementRepresentation(await mustFindEnforcement(runtime, params.id)),
  }),
  endpoint({
    method: "PUT",
    path: ONE,
    permission: "mdm.change_softwareupdateenforcement",
    tag,
    summary: "Update a software update enforcement",
    previews: true,
    params: idParams,
    body,
    example,
    response: { status: 200, schema: enforcementSchema },
    handle: async ({ runtime, by, params, body }) =>
      enforcementRepresentation(await changeEnforcement(runtime, by, params.id, body)),
  }),
  endpoint({
    method: "DELETE",
    path: ONE,
    permission: "mdm.delete_softwareupdateenforcement",
    tag,
    summary: "Delete a software update enforcement",
    description: "Refused while a blueprint has it.",
    params: idParams,
    response: NO_CONTENT,
    handle: ({ runtime, by, params }) => removeEnforcement(runtime, by, params.id),
  }),
];
