/**
 * `/api/mdm/filevault_configs/`: the FileVault configurations of blueprints.
 *
 * @module
 */

import { z } from "zod";
import { listFilevaultConfigs } from "../../db/filevault/filevault_configs.ts";
import { filevaultConfigInput } from "../../src/filevault/config_input.ts";
import {
  changeFilevaultConfig,
  createFilevaultConfig,
  filevaultConfigRepresentation,
  mustFindFilevaultConfig,
  removeFilevaultConfig,
} from "../../src/filevault/configs.ts";
import { present } from "../../src/protocol/present.ts";
import { endpoint, NO_CONTENT } from "./endpoint.ts";
import { idParams, textFilter, timeOut } from "./fields.ts";
import { listed, listOf } from "./listed.ts";
import { type Page, pageQuery } from "./paging.ts";

const configSchema = z.object({
  id: z.int(),
  name: z.string(),
  escrow_location_display_name: z.string(),
  at_login_only: z.boolean(),
  bypass_attempts: z.int().describe("-1: without end."),
  show_recovery_key: z.boolean(),
  destroy_key_on_standby: z.boolean(),
  prk_rotation_interval_days: z.int().describe("0: never."),
  prk_reveal_rotation_delay: z.int().describe("Minutes; 0: never."),
  created_at: timeOut,
  updated_at: timeOut,
}).meta({ id: "FileVaultConfig" });

const body = filevaultConfigInput.meta({ id: "FileVaultConfigRequest" });
const example = {
  name: "Offices",
  escrow_location_display_name: "Example IT",
  at_login_only: true,
  bypass_attempts: 1,
  prk_rotation_interval_days: 90,
};

const PATH = "/api/mdm/filevault_configs/";
const ONE = `${PATH}{id}/` as const;
const tag = "FileVault";

/** The endpoints of FileVault configurations. */
export const FILEVAULT_CONFIG_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: PATH,
    permission: "mdm.view_filevaultconfig",
    tag,
    summary: "List FileVault configurations",
    query: z.object({ name: textFilter, ...pageQuery }),
    response: { status: 200, schema: listOf(configSchema) },
    async handle(input) {
      const { name } = input.query;
      const find = (page: Page) => listFilevaultConfigs(input.runtime.sql, { ...page, ...present({ name }) });
      return await listed(input, find, filevaultConfigRepresentation);
    },
  }),
  endpoint({
    method: "POST",
    path: PATH,
    permission: "mdm.add_filevaultconfig",
    tag,
    summary: "Create a FileVault configuration",
    body,
    example,
    response: { status: 201, schema: configSchema },
    handle: async ({ runtime, by, body }) =>
      filevaultConfigRepresentation(await createFilevaultConfig(runtime, by, body)),
  }),
  endpoint({
    method: "GET",
    path: ONE,
    permission: "mdm.view_filevaultconfig",
    tag,
    summary: "Read a FileVault configuration",
    params: idParams,
    response: { status: 200, schema: configSchema },
    handle: async ({ runtime, params }) =>
      filevaultConfigRepresentation(await mustFindFilevaultConfig(runtime, params.id)),
  }),
  endpoint({
    method: "PUT",
    path: ONE,
    permission: "mdm.change_filevaultconfig",
    tag,
    summary: "Update a FileVault configuration",
    previews: true,
    params: idParams,
    body,
    example,
    response: { status: 200, schema: configSchema },
    handle: async ({ runtime, by, params, body }) =>
      filevaultConfigRepresentation(await changeFilevaultConfig(runtime, by, params.id, body)),
  }),
  endpoint({
    method: "DELETE",
    path: ONE,
    permission: "mdm.delete_filevaultconfig",
    tag,
    summary: "Delete a FileVault configuration",
    description: "Refused while a blueprint has it.",
    params: idParams,
    response: NO_CONTENT,
    handle: ({ runtime, by, params }) => removeFilevaultConfig(runtime, by, params.id),
  }),
];
