/**
 * Commands of devices: `/api/mdm/devices/{id}/lock/` and its like, and `/api/mdm/devices/commands/`.
 *
 * @module
 */

import { z } from "zod";
import { findDevice } from "../../db/devices/device_views.ts";
import { type CommandView, findCommand, listCommands } from "../../db/work/commands.ts";
import { limitOf } from "../../src/access/device_limit.ts";
import { removesArtifacts } from "../../src/blueprints/artifact_types.ts";
import { commandsWith } from "../../src/commands/registry.ts";
import { openResult } from "../../src/commands/result.ts";
import { cancelCommand } from "../../src/devices/cancel_command.ts";
import { sendCommand } from "../../src/devices/actions.ts";
import { invalid, problem } from "../../src/errors.ts";
import { naiveUtc } from "../../src/naive_utc.ts";
import type { Runtime } from "../../src/runtime.ts";
import { commandWord } from "../state_words.ts";
import { endpoint, NO_CONTENT } from "./endpoint.ts";
import { deviceFilter, deviceParams, notAChoice, textFilter, timeOut, uuidParams } from "./fields.ts";
import { pageOf, pageOfSchema, pageQuery, paginated } from "./paging.ts";

/** Apple's keys. */
const errorChainSchema = z.array(z.object({
  ErrorCode: z.int(),
  ErrorDomain: z.string(),
  LocalizedDescription: z.string().exactOptional(),
  USEnglishDescription: z.string().exactOptional(),
}));

/** The states of a command. */
const COMMAND_STATES = [
  "queued",
  "sent",
  "not_now",
  "acknowledged",
  "error",
  "format_error",
  "expired",
  "cancelled",
] as const;

const stateOf = (state: string): typeof COMMAND_STATES[number] =>
  COMMAND_STATES.find((one) => one === state.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)) ?? "queued";

/** A command in answers. */
export const commandSchema = z.object({
  id: z.int(),
  uuid: z.string(),
  enrolled_device: z.int(),
  name: z.string(),
  artifact_version: z.string().nullable(),
  artifact_operation: z.enum(["Installation", "Removal"]).nullable(),
  not_before: timeOut.nullable(),
  time: timeOut.nullable(),
  result: z.string().nullable().describe("The device's answer, a property list in base64."),
  result_time: timeOut.nullable(),
  status: z.string().nullable(),
  state: z.enum(COMMAND_STATES).describe("State of the command. `status` is null until the device answers."),
  error_chain: errorChainSchema.nullable().describe("The device's error chain, outermost error first."),
  created_at: timeOut,
  updated_at: timeOut,
}).meta({ id: "DeviceCommand" });

async function commandRepresentation(
  { keys }: Pick<Runtime, "keys">,
  command: CommandView,
): Promise<z.input<typeof commandSchema>> {
  const result = await openResult(keys, command);
  const time = (date: Date | null) => (date === null ? null : naiveUtc(date));
  return {
    id: command.id,
    uuid: command.uuid,
    enrolled_device: command.deviceId,
    name: command.name,
    artifact_version: command.artifactVersion,
    artifact_operation: command.artifactVersion === null
      ? null
      : removesArtifacts(command.name)
      ? "Removal"
      : "Installation",
    not_before: time(command.notBefore),
    time: time(command.sentAt),
    result: result?.toBase64() ?? null,
    result_time: time(command.resultAt),
    status: commandWord(command.state).status ?? null,
    state: stateOf(command.state),
    error_chain: errorChainSchema.nullable().catch(null).parse(command.errorChain),
    created_at: naiveUtc(command.createdAt),
    updated_at: naiveUtc(command.updatedAt),
  };
}

/** The endpoints that queue a command on a device, as the commands have them. */
const queueing = commandsWith("endpoint").map(({ command: { name, args }, part }) =>
  endpoint({
    method: "POST",
    path: `/api/mdm/devices/{id}/${part.path}/`,
    permission: part.permission,
    reasoned: true,
    tag: "Devices",
    summary: part.summary,
    params: deviceParams,
    // The supported arguments depend on the device's OS, so the command itself checks.
    body: z.record(z.string(), z.json()),
    describedBody: args.meta({ id: `${name}Request` }),
    response: { status: 201, schema: commandSchema },
    handle: async ({ runtime, by, params, body }) =>
      await commandRepresentation(runtime, await sendCommand(runtime, by, params.id, name, body)),
  })
);

/** The endpoints of device commands. */
export const DEVICE_COMMAND_ENDPOINTS = [
  ...queueing,
  endpoint({
    method: "GET",
    path: "/api/mdm/devices/commands/",
    permission: "mdm.view_devicecommand",
    tag: "Devices",
    summary: "List commands",
    description: "Answers longer than 64 KiB are null in lists. Read the command to get them.",
    query: z.object({ name: textFilter, enrolled_device: deviceFilter, ...pageQuery }),
    response: { status: 200, schema: pageOfSchema(commandSchema) },
    async handle(input) {
      const page = pageOf(input.query);
      const { name, enrolled_device } = input.query;
      if (enrolled_device !== undefined && await findDevice(input.runtime.sql, enrolled_device) === undefined) {
        throw invalid({ enrolled_device: [notAChoice(enrolled_device)] });
      }
      const { count, rows } = await listCommands(input.runtime.sql, {
        ...page,
        only: limitOf(input.by.actor, "mdm.view_devicecommand"),
        ...(name === undefined ? {} : { name }),
        ...(enrolled_device === undefined ? {} : { deviceId: enrolled_device }),
      });
      return paginated(input, page, {
        count,
        rows: await Promise.all(rows.map((row) => commandRepresentation(input.runtime, row))),
      });
    },
  }),
  endpoint({
    method: "GET",
    path: "/api/mdm/devices/commands/{id}/",
    permission: "mdm.view_devicecommand",
    tag: "Devices",
    summary: "Read a command",
    params: uuidParams,
    subject: ({ id }) => ({ commandUuid: id }),
    response: { status: 200, schema: commandSchema },
    async handle({ runtime, params }) {
      const command = await findCommand(runtime.sql, params.id);
      if (command === undefined) throw problem("not-found");
      return await commandRepresentation(runtime, command);
    },
  }),
  endpoint({
    method: "DELETE",
    path: "/api/mdm/devices/commands/{id}/",
    permission: "mdm.delete_devicecommand",
    tag: "Devices",
    subject: ({ id }) => ({ commandUuid: id }),
    summary: "Cancel a command",
    description: "Only commands that have not been sent can be cancelled.",
    params: uuidParams,
    response: NO_CONTENT,
    handle: ({ runtime, by, params }) => cancelCommand(runtime, by, params.id),
  }),
];
