/**
 * `/api/mdm/devices/`: devices, and operators' actions on them.
 *
 * @module
 */

import { z } from "zod";
import { DEVICE_STATES } from "../../db/devices/device_state_views.ts";
import {
  DEVICE_ORDERINGS,
  type DeviceView,
  findDevice,
  findDevices,
  listDeviceIds,
  listDevices,
} from "../../db/devices/device_views.ts";
import { findTags } from "../../db/tags/tags.ts";
import { limitOf } from "../../src/access/device_limit.ts";
import { blockDevice, changeDeviceBlueprint, pokeDevice } from "../../src/devices/actions.ts";
import { confirmHardware } from "../../src/devices/confirm_hardware.ts";
import { deleteDevice, restoreDevice } from "../../src/devices/deletion.ts";
import { deviceBlueprintInput } from "../../src/devices/device_blueprint_input.ts";
import { changeManagedAppleAccount, managedAppleAccountInput } from "../../src/devices/managed_apple_account.ts";
import { deviceRepresentation } from "../../src/devices/representation.ts";
import { silentBefore } from "../../src/devices/state.ts";
import { discardSuccessor } from "../../src/devices/successors.ts";
import { invalid, problem } from "../../src/errors.ts";
import type { Runtime } from "../../src/runtime.ts";
import { DEVICE_WORDS, meaningsOf } from "../state_words.ts";
import { endpoint, NO_CONTENT } from "./endpoint.ts";
import { choiceFilter, deviceParams, notAChoice, relatedListFilter, textFilter, timeOut } from "./fields.ts";
import { inBatches, listOf, RowStream } from "./listed.ts";
import { orderingQuery, pageOf, pageQuery, paginated } from "./paging.ts";

const flag = z.boolean().nullable();

/** A device in answers. */
export const deviceSchema = z.object({
  id: z.int(),
  state: z.enum(DEVICE_STATES).describe(meaningsOf(DEVICE_WORDS)),
  users: z.array(z.object({
    id: z.int(),
    user_id: z.string(),
    enrollment_id: z.null(),
    long_name: z.string(),
    short_name: z.string(),
    declarative_management: z.boolean(),
    last_ip: z.string().nullable(),
    last_seen_at: timeOut.nullable(),
    created_at: timeOut,
    updated_at: timeOut,
  })),
  realm_user: z.null(),
  hardware_proven: flag.describe(
    "Whether the enrollment has the tags and values of this serial number; null if the device never enrolled.",
  ),
  udid: z.string(),
  serial_number: z.string(),
  name: z.string(),
  model: z.string(),
  platform: z.enum(["iOS", "iPadOS", "macOS", "tvOS"]).nullable(),
  os_version: z.string(),
  build_version: z.string(),
  apple_silicon: flag,
  cert_not_valid_after: timeOut.nullable(),
  cert_att_serial_number: z.null(),
  cert_att_udid: z.null(),
  blueprint: z.int().nullable(),
  awaiting_configuration: flag,
  setup_assistant: z.object({
    awaiting_since: timeOut,
    release_due_at: timeOut.nullable().describe("When the server releases the device, whatever it still lacks."),
    released_at: timeOut.nullable(),
    released_because: z.enum(["ready", "deadline", "device"]).nullable().describe(
      "ready: the device had everything. deadline: its time was over. device: it completed Setup Assistant by itself.",
    ),
  }).nullable().describe("The wait in Setup Assistant; null for a device that never waited."),
  declarative_management: z.boolean(),
  dep_enrollment: flag,
  user_enrollment: flag,
  user_approved_enrollment: flag,
  supervised: flag,
  bootstrap_token_escrowed: z.boolean(),
  filevault_enabled: flag,
  filevault_prk_escrowed: z.boolean(),
  recovery_password_escrowed: z.boolean(),
  admin_guid: z.string().nullable().describe("The managed administrator of a Mac, as the Mac reports it."),
  admin_shortname: z.string().nullable(),
  activation_lock_bypass_code_escrowed: z.boolean(),
  admin_password_escrowed: z.boolean(),
  device_lock_pin_escrowed: z.boolean(),
  activation_lock_manageable: flag,
  last_ip: z.string().nullable(),
  last_seen_at: timeOut.nullable(),
  last_notified_at: timeOut.nullable(),
  checkout_at: timeOut.nullable(),
  blocked_at: timeOut.nullable(),
  deleted_at: timeOut.nullable(),
  deleted_by: z.string().nullable(),
  restorable_until: timeOut.nullable(),
  created_at: timeOut,
  updated_at: timeOut,
}).meta({ id: "Device" });

/** Throws `invalid` for a filter that names a tag which does not exist. */
async function mustBeTags(runtime: Runtime, filters: Record<string, readonly number[] | undefined>): Promise<void> {
  for (const [field, ids] of Object.entries(filters)) {
    if (ids === undefined || ids.length === 0) continue;
    const known = new Set((await findTags(runtime.sql, ids)).map(({ id }) => id));
    const unknown = [...new Set(ids)].filter((id) => !known.has(id));
    if (unknown.length > 0) throw invalid({ [field]: unknown.map(notAChoice) });
  }
}

/** The endpoints of devices. */
export const DEVICE_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: "/api/mdm/devices/",
    readByPost: true,
    permission: "mdm.view_enrolleddevice",
    tag: "Devices",
    summary: "List devices",
    description:
      "An array; with `limit` or `offset`, a page. Deleted devices are listed only with a filter on their state.",
    query: z.object({
      udid: textFilter,
      serial_number: textFilter,
      tags: relatedListFilter.describe("Ids of tags; repeatable. Devices with any of them."),
      excluded_tags: relatedListFilter.describe("Ids of tags; repeatable. Devices with none of them."),
      short_name: textFilter.describe("The short name of a user of the device."),
      state: choiceFilter(DEVICE_STATES).optional(),
      ordering: orderingQuery(DEVICE_ORDERINGS, { column: "created_at", descending: true }),
      ...pageQuery,
    }),
    response: { status: 200, schema: listOf(deviceSchema) },
    async handle(input) {
      const { udid, serial_number, tags, excluded_tags, short_name, state, ordering, limit, offset } = input.query;
      await mustBeTags(input.runtime, { tags, excluded_tags });
      const filters = {
        ...(udid === undefined ? {} : { udid }),
        ...(serial_number === undefined ? {} : { serialNumber: serial_number }),
        ...(tags === undefined ? {} : { tags }),
        ...(excluded_tags === undefined ? {} : { excludedTags: excluded_tags }),
        ...(short_name === undefined ? {} : { shortName: short_name }),
        ...(state === undefined ? {} : { state }),
        only: limitOf(input.by.actor, "mdm.view_enrolleddevice"),
        silentBefore: silentBefore(input.runtime.clock.now()),
        ordering,
      };
      const { sql } = input.runtime;
      const shape = (row: DeviceView) => deviceRepresentation(row, input.runtime);
      if (limit !== undefined || offset !== undefined) {
        const page = pageOf({ limit, offset });
        const { count, rows } = await listDevices(sql, { ...filters, ...page });
        return paginated(input, page, { count, rows: rows.map(shape) });
      }
      return new RowStream(
        inBatches(await listDeviceIds(sql, filters), async (ids) => (await findDevices(sql, ids)).map(shape)),
      );
    },
  }),
  endpoint({
    method: "GET",
    path: "/api/mdm/devices/{id}/",
    permission: "mdm.view_enrolleddevice",
    tag: "Devices",
    summary: "Read a device",
    description: "Deleted devices can be read, too.",
    params: deviceParams,
    response: { status: 200, schema: deviceSchema },
    async handle({ runtime, params }) {
      const device = await findDevice(runtime.sql, params.id);
      if (device === undefined) throw problem("not-found");
      return deviceRepresentation(device, runtime);
    },
  }),
  endpoint({
    method: "DELETE",
    path: "/api/mdm/devices/{id}/",
    permission: "mdm.delete_enrolleddevice",
    reasoned: true,
    tag: "Devices",
    summary: "Delete a device",
    description:
      "The device stays enrolled, is no longer managed, and can be restored for DEVICE_DELETION_DAYS. Then its data is removed; events and escrowed secrets are kept. Its UDID and serial number can enroll again.",
    params: deviceParams,
    response: NO_CONTENT,
    handle: ({ runtime, by, params }) => deleteDevice(runtime, by, params.id),
  }),
  endpoint({
    method: "POST",
    path: "/api/mdm/devices/{id}/restore/",
    permission: "mdm.delete_enrolleddevice",
    tag: "Devices",
    summary: "Restore a deleted device",
    description: "The device is managed again, with the same identity.",
    params: deviceParams,
    response: { status: 200, schema: deviceSchema },
    handle: async ({ runtime, by, params }) =>
      deviceRepresentation(await restoreDevice(runtime, by, params.id), runtime),
  }),
  endpoint({
    method: "POST",
    path: "/api/mdm/devices/{id}/block/",
    permission: "mdm.change_enrolleddevice",
    reasoned: true,
    tag: "Devices",
    summary: "Block a device",
    description: "The device is released from management at its next check-in and cannot enroll again.",
    params: deviceParams,
    response: { status: 200, schema: deviceSchema },
    handle: async ({ runtime, by, params }) =>
      deviceRepresentation(await blockDevice(runtime, by, params.id, true), runtime),
  }),
  endpoint({
    method: "POST",
    path: "/api/mdm/devices/{id}/unblock/",
    permission: "mdm.change_enrolleddevice",
    tag: "Devices",
    summary: "Unblock a device",
    params: deviceParams,
    response: { status: 200, schema: deviceSchema },
    handle: async ({ runtime, by, params }) =>
      deviceRepresentation(await blockDevice(runtime, by, params.id, false), runtime),
  }),
  endpoint({
    method: "POST",
    path: "/api/mdm/devices/{id}/confirm_hardware/",
    permission: "mdm.change_enrollmentclaim",
    tag: "Devices",
    summary: "Confirm the hardware of a device",
    description: "The device gets the tags, values and profiles of its serial number.",
    params: deviceParams,
    response: { status: 200, schema: deviceSchema },
    handle: async ({ runtime, by, params }) =>
      deviceRepresentation(await confirmHardware(runtime, by, params.id), runtime),
  }),
  endpoint({
    method: "POST",
    path: "/api/mdm/devices/{id}/discard_successor/",
    permission: "mdm.change_enrollmentclaim",
    tag: "Devices",
    summary: "Discard the unused renewed identity of a device",
    description: "The renewed certificate that the device has not used stops working.",
    params: deviceParams,
    response: { status: 200, schema: deviceSchema },
    handle: async ({ runtime, by, params }) =>
      deviceRepresentation(await discardSuccessor(runtime, by, params.id), runtime),
  }),
  endpoint({
    method: "POST",
    path: "/api/mdm/devices/{id}/poke/",
    permission: "mdm.change_enrolleddevice",
    tag: "Devices",
    summary: "Send a push to a device",
    params: deviceParams,
    response: { status: 200, schema: deviceSchema },
    handle: async ({ runtime, by, params }) => deviceRepresentation(await pokeDevice(runtime, by, params.id), runtime),
  }),
  endpoint({
    method: "PUT",
    path: "/api/mdm/devices/{id}/blueprint/",
    previews: true,
    permission: "mdm.change_enrolleddevice",
    tag: "Devices",
    summary: "Set the blueprint of a device",
    description: "It overrides the blueprint of the enrollment.",
    params: deviceParams,
    body: deviceBlueprintInput.meta({ id: "DeviceBlueprintRequest" }),
    response: { status: 200, schema: deviceSchema },
    handle: async ({ runtime, by, params, body }) =>
      deviceRepresentation(await changeDeviceBlueprint(runtime, by, params.id, body.blueprint), runtime),
  }),
  endpoint({
    method: "PUT",
    path: "/api/mdm/devices/{id}/managed_apple_account/",
    permission: "mdm.change_enrolleddevice",
    tag: "Devices",
    summary: "Set the Managed Apple Account of a user enrollment",
    description: "Apps on such a device use the licences of this person. An empty text is none.",
    params: deviceParams,
    body: managedAppleAccountInput.meta({ id: "ManagedAppleAccountRequest" }),
    example: { managed_apple_account: "jun@example.com" },
    response: {
      status: 200,
      schema: z.object({ managed_apple_account: z.string() }).meta({ id: "ManagedAppleAccount" }),
    },
    async handle({ runtime, by, params, body }) {
      await changeManagedAppleAccount(runtime, by, params.id, body.managed_apple_account);
      return { managed_apple_account: body.managed_apple_account };
    },
  }),
];
