/**
 * `/api/inventory/devices/…/tags/`: the tags of devices.
 *
 * @module
 */

import { z } from "zod";
import { tagsOfDevice } from "../../db/tags/tags.ts";
import { mustCover } from "../../src/access/device_limit.ts";
import { Problem, problem } from "../../src/errors.ts";
import type { Runtime } from "../../src/runtime.ts";
import { changeTags, TAG_ACTIONS } from "../../src/tags/device_tags.ts";
import { deviceTagsInput } from "../../src/tags/device_tags_input.ts";
import { tagRepresentation } from "../../src/tags/tags.ts";
import { endpoint, NO_CONTENT } from "./endpoint.ts";
import { idParam, pkListField, serialNumberParam } from "./fields.ts";
import { tagSchema } from "./tags.ts";

const OF_DEVICE = "/api/inventory/devices/{serial_number}/tags/";
const params = z.object({ serial_number: serialNumberParam });
const body = deviceTagsInput.meta({ id: "DeviceTagsRequest" });
const answerSchema = z.object({ serial_number: z.string(), tags: z.array(tagSchema) }).meta({ id: "DeviceTags" });
const SET_TAGS = ["inventory.add_machinetag", "inventory.delete_machinetag"] as const;
const MOST_DEVICES = 10_000;

async function read(runtime: Runtime, serialNumber: string): Promise<z.input<typeof answerSchema>> {
  const tags = await tagsOfDevice(runtime.sql, serialNumber);
  return { serial_number: serialNumber, tags: tags.map(tagRepresentation) };
}

/** The endpoints of the tags of devices. */
export const DEVICE_TAG_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: OF_DEVICE,
    permission: "inventory.view_machinetag",
    tag: "Inventory",
    summary: "Read the tags of a device",
    description: "Unknown serial numbers have no tags.",
    params,
    response: { status: 200, schema: answerSchema },
    handle: ({ runtime, params }) => read(runtime, params.serial_number),
  }),
  endpoint({
    method: "PUT",
    path: OF_DEVICE,
    previews: true,
    permission: ["inventory.add_machinetag", "inventory.delete_machinetag"],
    tag: "Inventory",
    summary: "Set the tags of a device",
    params,
    body,
    response: { status: 200, schema: answerSchema },
    async handle(input) {
      const serialNumber = input.params.serial_number;
      await changeTags(input.runtime, input.by, {
        action: "set",
        serialNumbers: [serialNumber],
        tagIds: input.body.tags,
      });
      return await read(input.runtime, serialNumber);
    },
  }),
  endpoint({
    method: "POST",
    path: OF_DEVICE,
    previews: true,
    permission: "inventory.add_machinetag",
    tag: "Inventory",
    summary: "Add tags to a device",
    params,
    body,
    response: { status: 200, schema: answerSchema },
    async handle(input) {
      const serialNumber = input.params.serial_number;
      await changeTags(input.runtime, input.by, {
        action: "add",
        serialNumbers: [serialNumber],
        tagIds: input.body.tags,
      });
      return await read(input.runtime, serialNumber);
    },
  }),
  endpoint({
    method: "DELETE",
    path: "/api/inventory/devices/{serial_number}/tags/{id}/",
    previews: true,
    permission: "inventory.delete_machinetag",
    tag: "Inventory",
    summary: "Remove a tag from a device",
    params: z.object({ serial_number: serialNumberParam, id: idParam }),
    response: NO_CONTENT,
    async handle(input) {
      const { serial_number, id } = input.params;
      const { removed } = await changeTags(input.runtime, input.by, {
        action: "remove",
        serialNumbers: [serial_number],
        tagIds: [id],
      }).catch((error) => {
        throw error instanceof Problem && error.code === "invalid" ? problem("not-found") : error;
      });
      if (removed.length === 0) throw problem("not-found");
    },
  }),
  endpoint({
    method: "POST",
    path: "/api/inventory/devices/tags/",
    previews: true,
    permission: SET_TAGS,
    tag: "Inventory",
    summary: "Change the tags of many devices",
    description:
      `Adds, removes or sets the same tags on up to ${MOST_DEVICES} devices. If one device fails, none is changed.`,
    body: z.object({
      action: z.enum(TAG_ACTIONS),
      tags: pkListField,
      serial_numbers: z.array(serialNumberParam).min(1).max(MOST_DEVICES),
    }).meta({ id: "DevicesTagsRequest" }),
    response: { status: 200, schema: z.object({ added: z.int(), removed: z.int() }).meta({ id: "DeviceTagsChanged" }) },
    async handle(input) {
      const { action, tags, serial_numbers } = input.body;
      const serialNumbers = [...new Set(serial_numbers)];
      await mustCover(input.runtime.sql, input.by.actor, SET_TAGS, serialNumbers);
      const { added, removed } = await changeTags(input.runtime, input.by, { action, serialNumbers, tagIds: tags });
      return { added: added.length, removed: removed.length };
    },
  }),
];
