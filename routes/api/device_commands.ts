/**
 * Commands of devices: `/api/mdm/devices/{id}/lock/` and its like, and `/api/mdm/devices/commands/`.
 *
 * @module
 */

import { z } from "zod";
import { coveredDevices } from "../../db/access/device_limit_views.ts";
import { findDevice } from "../../db/devices/device_views.ts";
import { type CommandView, findCommand, listCommands } from "../../db/work/commands.ts";
import { mayAll } from "../../src/access/actor.ts";
import { limitOf } from "../../src/access/device_limit.ts";
import { commandsWith } from "../../src/commands/registry.ts";
import { cancelCommand } from "../../src/devices/cancel_command.ts";
import { sendCommand } from "../../src/devices/actions.ts";
import { revealLocation } from "../../src/devices/location.ts";
import { revealResult } from "../../src/devices/reveal_result.ts";
import { invalid, problem } from "../../src/errors.ts";
import { naiveUtc } from "../../src/naive_utc.ts";
import type { Runtime } from "../../src/runtime.ts";
import {
  COMMAND_BYTES,
  commandAsked,
  commandFields,
  commandFieldsOf,
  newCommandSchema,
  sending,
} from "./command_fields.ts";
import { endpoint, NO_CONTENT } from "./endpoint.ts";
import { deviceFilter, deviceParams, notAChoice, textFilter, timeOut, uuidParams } from "./fields.ts";
import { pageOf, pageOfSchema, pageQuery, paginated } from "./paging.ts";

/** A command in answers. */
export const commandSchema = z.object({
  id: z.int(),
  uuid: z.string(),
  enrolled_device: z.int(),
  ...commandFields,
}).meta({ id: "DeviceCommand" });

const revealedSchema = z.object({ result: z.string().describe("A property list in base64.") })
  .meta({ id: "RevealedResult" });

const locationSchema = z.object({
  location: z.record(z.string(), z.json()).describe("Apple's keys: Latitude, Longitude, Timestamp and others."),
  created_at: timeOut,
}).meta({ id: "LostModeLocation" });

const commandRepresentation = async (
  runtime: Pick<Runtime, "keys">,
  command: CommandView,
): Promise<z.input<typeof commandSchema>> => ({
  id: command.id,
  uuid: command.uuid,
  enrolled_device: command.deviceId,
  ...await commandFieldsOf(runtime, command),
});

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
    method: "POST",
    path: "/api/mdm/devices/{id}/commands/",
    permission: "mdm.add_devicecommand",
    tag: "Devices",
    summary: "Send a command of the catalogue",
    description:
      "See /api/mdm/commands/ for the commands and their arguments. A refused argument is named by its path.",
    params: deviceParams,
    body: newCommandSchema,
    bodyLimit: COMMAND_BYTES,
    reasoned: true,
    response: { status: 201, schema: commandSchema },
    async handle({ runtime, by, params, body }) {
      const { entry, args, options } = commandAsked(body);
      return await sending(async () =>
        await commandRepresentation(
          runtime,
          await sendCommand(runtime, by, params.id, entry.command.name, args, options),
        )
      );
    },
  }),
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
      const only = limitOf(input.by.actor, "mdm.view_devicecommand");
      if (enrolled_device !== undefined) {
        const known = await findDevice(input.runtime.sql, enrolled_device) !== undefined &&
          (only === undefined || (await coveredDevices(input.runtime.sql, [enrolled_device], only)).size > 0);
        if (!known) throw invalid({ enrolled_device: [notAChoice(enrolled_device)] });
      }
      const { count, rows } = await listCommands(input.runtime.sql, {
        ...page,
        only,
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
    method: "GET",
    path: "/api/mdm/devices/commands/{id}/revealed_result/",
    permission: "mdm.view_devicecommand",
    tag: "Devices",
    summary: "Read the secrets in the answer to a command",
    description:
      "The whole answer, with unlock tokens, bypass codes and recovery keys. It needs the permission for each " +
      "kind of secret in it, and each reading is an event.",
    params: uuidParams,
    subject: ({ id }) => ({ commandUuid: id }),
    reasoned: true,
    response: { status: 200, schema: revealedSchema },
    async handle({ runtime, by, params }) {
      const command = await findCommand(runtime.sql, params.id);
      if (command === undefined) throw problem("not-found");
      const bytes = await revealResult(runtime, by, command, (permissions) => mayAll(by.actor, permissions));
      return { result: bytes.toBase64() };
    },
  }),
  endpoint({
    method: "GET",
    path: "/api/mdm/devices/commands/{id}/location/",
    permission: "mdm.view_device_location",
    tag: "Devices",
    summary: "Read where a device in lost mode was",
    description: "In Apple's keys. A location is shown once, and then deleted; each reading is an event.",
    params: uuidParams,
    subject: ({ id }) => ({ commandUuid: id }),
    reasoned: true,
    response: {
      status: 200,
      schema: locationSchema,
    },
    async handle({ runtime, by, params }) {
      const command = await findCommand(runtime.sql, params.id);
      const device = command === undefined ? undefined : await findDevice(runtime.sql, command.deviceId);
      if (device === undefined) throw problem("not-found");
      const { location, at } = await revealLocation(runtime, by, device, params.id);
      return { location, created_at: naiveUtc(at) };
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
