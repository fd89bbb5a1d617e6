/**
 * Commands of users of devices: `/api/mdm/users/{id}/commands/` and `/api/mdm/users/commands/`.
 *
 * @module
 */

import { z } from "zod";
import { coveredDevices } from "../../db/access/device_limit_views.ts";
import { findDeviceUser } from "../../db/devices/device_user_views.ts";
import { channelIdOf } from "../../db/ids.ts";
import { findUserCommand, listUserCommands, type UserCommandView } from "../../db/work/user_command_views.ts";
import { limitOf } from "../../src/access/device_limit.ts";
import { cancelCommand } from "../../src/devices/cancel_command.ts";
import { sendUserCommand } from "../../src/devices/actions.ts";
import { invalid, problem } from "../../src/errors.ts";
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
import { idParam, notAChoice, relatedFilter, textFilter, uuidParams } from "./fields.ts";
import { pageOf, pageOfSchema, pageQuery, paginated } from "./paging.ts";

const userParams = z.object({ id: idParam.transform(channelIdOf).meta({ type: "integer", pattern: undefined }) });

const userCommandSchema = z.object({
  uuid: z.string(),
  enrolled_user: z.int(),
  ...commandFields,
}).meta({ id: "UserCommand" });

const representation = async (
  runtime: Pick<Runtime, "keys">,
  command: UserCommandView,
): Promise<z.input<typeof userCommandSchema>> => ({
  uuid: command.uuid,
  enrolled_user: command.userId,
  ...await commandFieldsOf(runtime, command),
});

async function mustFind(runtime: Runtime, uuid: string): Promise<UserCommandView> {
  const command = await findUserCommand(runtime.sql, uuid);
  if (command === undefined) throw problem("not-found");
  return command;
}

/** The endpoints of users' commands. */
export const USER_COMMAND_ENDPOINTS = [
  endpoint({
    method: "POST",
    path: "/api/mdm/users/{id}/commands/",
    permission: "mdm.add_usercommand",
    tag: "Users of devices",
    summary: "Send a command of the catalogue to a user",
    description: "`id` is that of the user in the device. See /api/mdm/commands/ for the commands and their arguments.",
    params: userParams,
    subject: ({ id }) => ({ channelId: id }),
    body: newCommandSchema,
    bodyLimit: COMMAND_BYTES,
    reasoned: true,
    response: { status: 201, schema: userCommandSchema },
    async handle({ runtime, by, params, body }) {
      const { entry, args, options } = commandAsked(body);
      return await sending(async () =>
        await representation(
          runtime,
          await sendUserCommand(runtime, by, params.id, entry.command.name, args, options),
        )
      );
    },
  }),
  endpoint({
    method: "GET",
    path: "/api/mdm/users/commands/",
    permission: "mdm.view_usercommand",
    tag: "Users of devices",
    summary: "List commands of users",
    description: "Answers longer than 64 KiB are null in lists. Read the command to get them.",
    query: z.object({ name: textFilter, enrolled_user: relatedFilter, ...pageQuery }),
    response: { status: 200, schema: pageOfSchema(userCommandSchema) },
    async handle(input) {
      const page = pageOf(input.query);
      const { name, enrolled_user } = input.query;
      const userId = enrolled_user === undefined ? undefined : channelIdOf(enrolled_user);
      const only = limitOf(input.by.actor, "mdm.view_usercommand");
      if (userId !== undefined) {
        const { sql } = input.runtime;
        const user = await findDeviceUser(sql, userId);
        const known = user !== undefined &&
          (only === undefined || (await coveredDevices(sql, [user.deviceId], only)).size > 0);
        if (!known) throw invalid({ enrolled_user: [notAChoice(enrolled_user)] });
      }
      const { count, rows } = await listUserCommands(input.runtime.sql, {
        ...page,
        only,
        ...(name === undefined ? {} : { name }),
        ...(userId === undefined ? {} : { userId }),
      });
      return paginated(input, page, {
        count,
        rows: await Promise.all(rows.map((row) => representation(input.runtime, row))),
      });
    },
  }),
  endpoint({
    method: "GET",
    path: "/api/mdm/users/commands/{id}/",
    permission: "mdm.view_usercommand",
    tag: "Users of devices",
    summary: "Read a command of a user",
    params: uuidParams,
    subject: ({ id }) => ({ commandUuid: id }),
    response: { status: 200, schema: userCommandSchema },
    handle: async ({ runtime, params }) => await representation(runtime, await mustFind(runtime, params.id)),
  }),
  endpoint({
    method: "DELETE",
    path: "/api/mdm/users/commands/{id}/",
    permission: "mdm.delete_usercommand",
    tag: "Users of devices",
    summary: "Cancel a command of a user",
    description: "Only commands that have not been sent can be cancelled.",
    params: uuidParams,
    subject: ({ id }) => ({ commandUuid: id }),
    response: NO_CONTENT,
    async handle({ runtime, by, params }) {
      await mustFind(runtime, params.id);
      await cancelCommand(runtime, by, params.id, "user");
    },
  }),
];
