/**
 * `/api/mdm/bulk_commands/`: one command for many devices.
 *
 * @module
 */

import { z } from "zod";
import {
  type BulkCommandView,
  type BulkResultRow,
  findBulkView,
  listBulkResults,
  listBulkViews,
} from "../../db/bulk/bulk_command_views.ts";
import type { Actor } from "../../src/access/actor.ts";
import { limitOf } from "../../src/access/device_limit.ts";
import { bulkCommandInput } from "../../src/devices/bulk_input.ts";
import { cancelBulkCommand, createBulkCommand, previewBulkCommand } from "../../src/devices/bulk_commands.ts";
import { problem } from "../../src/errors.ts";
import { naiveUtc } from "../../src/naive_utc.ts";
import type { Runtime } from "../../src/runtime.ts";
import { bulkCsv } from "../bulk_csv.ts";
import { BULK_RESULT_STATES } from "../state_words.ts";
import { conditionsOf } from "../device_selection.ts";
import { endpoint, NO_CONTENT, OwnPreview } from "./endpoint.ts";
import { choiceFilter, timeOut, uuidParams } from "./fields.ts";
import { pageOf, pageOfSchema, pageQuery, paginated } from "./paging.ts";

const tag = "Devices";
const PATH = "/api/mdm/bulk_commands/";
const ONE = "/api/mdm/bulk_commands/{id}/";

const bulkSchema = z.object({
  id: z.string(),
  state: z.enum(["waiting", "running", "done", "cancelled", "declined"]).describe(
    "waiting: for the approval of a second person. done: the command is queued on each device that can take it.",
  ),
  name: z.string(),
  arguments: z.record(z.string(), z.json()).describe("Without secrets."),
  selection: z.record(z.string(), z.json()),
  devices: z.int(),
  states: z.record(z.string(), z.int()).describe("The number of devices by the state of the command there."),
  not_before: timeOut.nullable(),
  expires_at: timeOut.nullable(),
  created_by: z.string(),
  created_at: timeOut,
  finished_at: timeOut.nullable().describe("When the last device had the command queued, or when it was cancelled."),
}).meta({ id: "BulkCommand" });

const resultSchema = z.object({
  device: z.int(),
  serial_number: z.string(),
  name: z.string(),
  state: z.enum(BULK_RESULT_STATES),
  reason: z.string().describe("Why the device cannot have the command."),
  command: z.string().nullable().describe("The UUID of the command of the device."),
  sent_at: timeOut.nullable(),
  result_at: timeOut.nullable(),
}).meta({ id: "BulkCommandResult" });

const previewSchema = z.object({
  devices: z.int(),
  possible: z.int(),
  impossible: z.int(),
  reasons: z.array(z.object({
    reason: z.string(),
    count: z.int(),
    examples: z.array(z.object({ id: z.int(), serial_number: z.string(), name: z.string() })),
  })),
}).meta({ id: "BulkCommandPreview" });

const jsonObject = z.record(z.string(), z.json()).catch({});

const representation = (row: BulkCommandView): z.input<typeof bulkSchema> => ({
  id: row.id,
  state: row.state,
  name: row.name,
  arguments: jsonObject.parse(row.shown),
  selection: jsonObject.parse(row.selection),
  devices: row.devices,
  states: row.states,
  not_before: naiveUtc(row.notBefore),
  expires_at: naiveUtc(row.expiresAt),
  created_by: row.createdByName,
  created_at: naiveUtc(row.createdAt),
  finished_at: naiveUtc(row.finishedAt),
});

const resultRepresentation = (row: BulkResultRow): z.input<typeof resultSchema> => ({
  device: row.deviceId,
  serial_number: row.serialNumber,
  name: row.deviceName,
  state: BULK_RESULT_STATES.find((one) => one === row.state) ?? "expired",
  reason: row.why,
  command: row.commandUuid,
  sent_at: naiveUtc(row.sentAt),
  result_at: naiveUtc(row.resultAt),
});

const only = (actor: Actor) => limitOf(actor, "mdm.view_devicecommand");

async function mustFind({ sql }: Runtime, actor: Actor, id: string): Promise<BulkCommandView> {
  const row = await findBulkView(sql, id, only(actor));
  if (row === undefined) throw problem("not-found");
  return row;
}

/** The endpoints of bulk commands. */
export const BULK_COMMAND_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: PATH,
    permission: "mdm.view_devicecommand",
    tag,
    summary: "List commands for many devices",
    query: z.object(pageQuery),
    response: { status: 200, schema: pageOfSchema(bulkSchema) },
    async handle(input) {
      const page = pageOf(input.query);
      const { count, rows } = await listBulkViews(input.runtime.sql, { ...page, only: only(input.by.actor) });
      return paginated(input, page, { count, rows: rows.map(representation) });
    },
  }),
  endpoint({
    method: "POST",
    path: PATH,
    permission: "mdm.add_devicecommand",
    reasoned: true,
    ownPreview: previewSchema,
    tag,
    summary: "Send a command to many devices",
    description:
      "To those of the selected devices that can take it. With `dry_run`: how many can, and why the others cannot. Pushes are paced.",
    body: bulkCommandInput.meta({ id: "BulkCommandRequest" }),
    response: { status: 201, schema: bulkSchema },
    async handle({ runtime, by, body, dryRun }) {
      const wanted = { input: body, conditions: conditionsOf(body.selection, runtime.clock.now()) };
      if (dryRun) return new OwnPreview(await previewBulkCommand(runtime, by, wanted));
      const id = await createBulkCommand(runtime, by, wanted);
      const row = await findBulkView(runtime.sql, id, undefined);
      if (row === undefined) throw new Error("Cannot find the command that was just stored");
      return representation(row);
    },
  }),
  endpoint({
    method: "GET",
    path: ONE,
    permission: "mdm.view_devicecommand",
    tag,
    summary: "Read a command for many devices",
    params: uuidParams,
    response: { status: 200, schema: bulkSchema },
    handle: async ({ runtime, by, params }) => representation(await mustFind(runtime, by.actor, params.id)),
  }),
  endpoint({
    method: "DELETE",
    path: ONE,
    permission: "mdm.delete_devicecommand",
    tag,
    summary: "Cancel a command for many devices",
    description: "For the devices that it has not been sent to.",
    params: uuidParams,
    response: NO_CONTENT,
    async handle({ runtime, by, params }) {
      await mustFind(runtime, by.actor, params.id);
      await cancelBulkCommand(runtime, by, params.id);
    },
  }),
  endpoint({
    method: "GET",
    path: "/api/mdm/bulk_commands/{id}/results/",
    permission: "mdm.view_devicecommand",
    tag,
    summary: "List the results of a command for many devices",
    params: uuidParams,
    query: z.object({ state: choiceFilter(BULK_RESULT_STATES), ...pageQuery }),
    response: { status: 200, schema: pageOfSchema(resultSchema) },
    async handle(input) {
      const { runtime, by, params, query } = input;
      await mustFind(runtime, by.actor, params.id);
      const page = pageOf(query);
      const { count, rows } = await listBulkResults(runtime.sql, params.id, {
        ...page,
        only: only(by.actor),
        state: query.state,
      });
      return paginated(input, page, { count, rows: rows.map(resultRepresentation) });
    },
  }),
  endpoint({
    method: "GET",
    path: "/api/mdm/bulk_commands/{id}/results_csv/",
    permission: "mdm.view_devicecommand",
    session: true,
    tag,
    summary: "Download the results of a command for many devices",
    params: uuidParams,
    response: { status: 200, contentType: "text/csv" },
    async handle({ runtime, by, params }) {
      const row = await mustFind(runtime, by.actor, params.id);
      return bulkCsv(runtime, row, only(by.actor));
    },
  }),
];
