/**
 * `/api/mdm/recovery_password_configs/`: the recovery password configurations of blueprints.
 *
 * @module
 */

import { z } from "zod";
import {
  listRecoveryPasswordConfigs,
  type RecoveryPasswordConfigRow,
} from "../../db/recovery/recovery_password_configs.ts";
import { mayAll } from "../../src/access/actor.ts";
import type { Operator } from "../../src/access/operator.ts";
import { present } from "../../src/protocol/present.ts";
import { recoveryPasswordConfigInput } from "../../src/recovery/config_input.ts";
import {
  changeRecoveryPasswordConfig,
  createRecoveryPasswordConfig,
  mustFindRecoveryPasswordConfig,
  recoveryPasswordConfigRepresentation,
  removeRecoveryPasswordConfig,
  shownStaticPassword,
} from "../../src/recovery/configs.ts";
import type { Runtime } from "../../src/runtime.ts";
import { endpoint, NO_CONTENT } from "./endpoint.ts";
import { idParams, textFilter, timeOut } from "./fields.ts";
import { listed, listOf } from "./listed.ts";
import { type Page, pageQuery } from "./paging.ts";

const configSchema = z.object({
  id: z.int(),
  name: z.string(),
  dynamic_password: z.boolean(),
  static_password: z.string().nullable().exactOptional().describe(
    "Shown to callers with `mdm.view_settings_secrets`; each read is recorded as an event.",
  ),
  rotation_interval_days: z.int().describe("0: never."),
  reveal_rotation_delay: z.int().describe("Minutes; 0: never."),
  rotate_firmware_password: z.boolean(),
  created_at: timeOut,
  updated_at: timeOut,
}).meta({ id: "RecoveryPasswordConfig" });

const body = recoveryPasswordConfigInput.meta({ id: "RecoveryPasswordConfigRequest" });
const example = { name: "All Macs", dynamic_password: true, rotation_interval_days: 90, reveal_rotation_delay: 60 };

async function answer({ runtime, by }: { runtime: Runtime; by: Operator }, row: RecoveryPasswordConfigRow) {
  return {
    ...recoveryPasswordConfigRepresentation(row),
    ...(mayAll(by.actor, ["mdm.view_settings_secrets"])
      ? { static_password: await shownStaticPassword(runtime, by, row) }
      : {}),
  };
}

const PATH = "/api/mdm/recovery_password_configs/";
const ONE = `${PATH}{id}/` as const;
const tag = "Recovery passwords";

/** The endpoints of recovery password configurations. */
export const RECOVERY_PASSWORD_CONFIG_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: PATH,
    permission: "mdm.view_recoverypasswordconfig",
    tag,
    summary: "List recovery password configurations",
    query: z.object({ name: textFilter, ...pageQuery }),
    response: { status: 200, schema: listOf(configSchema) },
    async handle(input) {
      const { name } = input.query;
      const find = (page: Page) => listRecoveryPasswordConfigs(input.runtime.sql, { ...page, ...present({ name }) });
      return await listed(input, find, (row) => answer(input, row));
    },
  }),
  endpoint({
    method: "POST",
    path: PATH,
    permission: "mdm.add_recoverypasswordconfig",
    tag,
    summary: "Create a recovery password configuration",
    body,
    example,
    response: { status: 201, schema: configSchema },
    handle: async (input) =>
      await answer(input, await createRecoveryPasswordConfig(input.runtime, input.by, input.body)),
  }),
  endpoint({
    method: "GET",
    path: ONE,
    permission: "mdm.view_recoverypasswordconfig",
    tag,
    summary: "Read a recovery password configuration",
    params: idParams,
    response: { status: 200, schema: configSchema },
    handle: async (input) => await answer(input, await mustFindRecoveryPasswordConfig(input.runtime, input.params.id)),
  }),
  endpoint({
    method: "PUT",
    path: ONE,
    permission: "mdm.change_recoverypasswordconfig",
    tag,
    summary: "Update a recovery password configuration",
    description: "An omitted static password is unchanged.",
    previews: true,
    params: idParams,
    body,
    example,
    response: { status: 200, schema: configSchema },
    handle: async (input) =>
      await answer(input, await changeRecoveryPasswordConfig(input.runtime, input.by, input.params.id, input.body)),
  }),
  endpoint({
    method: "DELETE",
    path: ONE,
    permission: "mdm.delete_recoverypasswordconfig",
    tag,
    summary: "Delete a recovery password configuration",
    description: "Refused while a blueprint has it.",
    params: idParams,
    response: NO_CONTENT,
    handle: ({ runtime, by, params }) => removeRecoveryPasswordConfig(runtime, by, params.id),
  }),
];
