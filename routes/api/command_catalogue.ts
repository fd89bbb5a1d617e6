/**
 * The catalogue of commands: `/api/mdm/commands/`.
 *
 * @module
 */

import { z } from "zod";
import { findDevice } from "../../db/devices/device_views.ts";
import { findDeviceUser } from "../../db/devices/device_user_views.ts";
import { coveredDevices } from "../../db/access/device_limit_views.ts";
import { channelIdOf, type DeviceId } from "../../db/ids.ts";
import type { Actor } from "../../src/access/actor.ts";
import { limitOf } from "../../src/access/device_limit.ts";
import { commandFacts, wordsOf } from "../../src/apple_schema/commands.ts";
import { CATALOGUE, type CatalogueEntry, catalogueEntry } from "../../src/commands/catalogue.ts";
import { whyNotSent, whyNotSentToUser } from "../../src/devices/actions.ts";
import { invalid, problem } from "../../src/errors.ts";
import type { Runtime } from "../../src/runtime.ts";
import { endpoint } from "./endpoint.ts";
import { deviceFilter, notAChoice, relatedFilter } from "./fields.ts";
import { pageOf, pageOfSchema, pageQuery, paginated } from "./paging.ts";

const entryFields = {
  name: z.string(),
  request_type: z.string(),
  title: z.string(),
  description: z.string(),
  danger: z.boolean().describe("Whether it destroys something, or takes the device away from its user."),
  valid: z.boolean().nullable().describe("Whether the device or user takes it; null without one."),
  reason: z.string().nullable().describe("Why the device or user does not take it."),
};

const entrySchema = z.object(entryFields).meta({ id: "CatalogueCommand" });

const detailSchema = z.object({
  ...entryFields,
  arguments: z.record(z.string(), z.json()).describe(
    "`schema` is the JSON Schema of the server's own arguments; otherwise `keys` are Apple's keys with their types, " +
      "bounds and systems, and `descriptions` Apple's words by path.",
  ),
}).meta({ id: "CatalogueCommandDetail" });

const target = { device: deviceFilter, user: relatedFilter };
type Target = { device?: z.output<typeof deviceFilter>; user?: number | undefined };

/** Returns what says why a target does not take a command, or null without a target. Throws `invalid`. */
async function judge(
  { sql }: Pick<Runtime, "sql">,
  actor: Actor,
  { device, user }: Target,
): Promise<((name: string) => string | null) | null> {
  const limit = limitOf(actor, "mdm.view_enrolleddevice");
  const covered = async (id: DeviceId) => limit === undefined || (await coveredDevices(sql, [id], limit)).has(id);
  if (user !== undefined) {
    const found = await findDeviceUser(sql, channelIdOf(user));
    const owner = found === undefined ? undefined : await findDevice(sql, found.deviceId);
    if (owner === undefined || !await covered(owner.id)) throw invalid({ user: [notAChoice(user)] });
    return (name) => whyNotSentToUser(owner, name);
  }
  if (device === undefined) return null;
  const found = await findDevice(sql, device);
  if (found === undefined || !await covered(found.id)) throw invalid({ device: [notAChoice(device)] });
  return (name) => whyNotSent(found, name);
}

function representation(
  { command, requestType, title, description, danger }: CatalogueEntry,
  why: ((name: string) => string | null) | null,
): z.input<typeof entrySchema> {
  const reason = why?.(command.name) ?? null;
  return {
    name: command.name,
    request_type: requestType,
    title,
    description,
    danger,
    valid: why === null ? null : reason === null,
    reason: reason === null || reason === undefined ? null : `${reason}.`,
  };
}

/** Returns what is known of the arguments, as plain JSON. */
function argumentsOf({ command, requestType }: CatalogueEntry): Record<string, z.core.util.JSONType> {
  if (command.published === undefined) {
    return JSON.parse(
      JSON.stringify({ schema: z.toJSONSchema(command.args, { io: "input", unrepresentable: "any" }) }),
    );
  }
  const { keys = [], shapes = {} } = commandFacts(requestType) ?? {};
  const { given } = command.published;
  return JSON.parse(
    JSON.stringify({
      keys: keys.filter(({ key }) => !given.includes(key)),
      shapes,
      descriptions: wordsOf(requestType).keys ?? {},
    }),
  );
}

/** The endpoints of the catalogue. */
export const COMMAND_CATALOGUE_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: "/api/mdm/commands/",
    permission: "mdm.view_devicecommand",
    tag: "Devices",
    summary: "List the catalogue of commands",
    description: "Every command of Apple's schema. With `device` or `user`: whether that one takes it, and why not.",
    query: z.object({ ...target, ...pageQuery }),
    response: { status: 200, schema: pageOfSchema(entrySchema) },
    async handle(input) {
      const page = pageOf(input.query);
      const why = await judge(input.runtime, input.by.actor, input.query);
      const rows = CATALOGUE.slice(page.offset, page.offset + page.limit).map((entry) => representation(entry, why));
      return paginated(input, page, { count: CATALOGUE.length, rows });
    },
  }),
  endpoint({
    method: "GET",
    path: "/api/mdm/commands/{name}/",
    permission: "mdm.view_devicecommand",
    tag: "Devices",
    summary: "Read a command of the catalogue, with its arguments",
    params: z.object({ name: z.string().regex(/^[A-Za-z]{1,64}$/).meta({ examples: ["UserList"] }) }),
    query: z.object(target),
    response: { status: 200, schema: detailSchema },
    async handle({ runtime, by, params, query }) {
      const entry = catalogueEntry(params.name);
      if (entry === undefined) throw problem("not-found");
      return { ...representation(entry, await judge(runtime, by.actor, query)), arguments: argumentsOf(entry) };
    },
  }),
];
