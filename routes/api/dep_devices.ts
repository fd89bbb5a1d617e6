/**
 * `/api/mdm/dep/devices/`: the devices that Apple assigns to virtual servers.
 *
 * @module
 */

import { z } from "zod";
import { findDepEnrollment } from "../../db/ade/dep_enrollments.ts";
import { DEP_DEVICE_ORDERINGS, type DepDeviceStep, findDepDevice, listDepDevices } from "../../db/ade/device_views.ts";
import { SETUP_STEPS } from "../../db/ade/setup_views.ts";
import { findVirtualServer } from "../../db/ade/virtual_servers.ts";
import { depDeviceInput } from "../../src/ade/dep_device_input.ts";
import { assignDevice, depDeviceRepresentation, disownDevice } from "../../src/ade/devices.ts";
import { invalid, problem } from "../../src/errors.ts";
import { present } from "../../src/protocol/present.ts";
import type { Runtime } from "../../src/runtime.ts";
import { meaningsOf, SETUP_WORDS } from "../state_words.ts";
import { endpoint } from "./endpoint.ts";
import { choiceFilter, idParams, notAChoice, relatedFilter, textFilter, timeOut, uuidFilter } from "./fields.ts";
import { orderingQuery, pageOf, pageOfSchema, pageQuery, paginated } from "./paging.ts";

const depDeviceSchema = z.object({
  id: z.int(),
  virtual_server: z.int(),
  serial_number: z.string(),
  asset_tag: z.string(),
  color: z.string(),
  description: z.string(),
  device_family: z.string(),
  model: z.string(),
  os: z.string(),
  device_assigned_by: z.string(),
  device_assigned_date: timeOut.nullable(),
  last_op_type: z.string().describe("`added`, `modified` or `deleted`."),
  last_op_date: timeOut.nullable(),
  profile_status: z.string().describe("`empty`, `assigned`, `pushed` or `removed`."),
  profile_uuid: z.string().nullable(),
  profile_assign_time: timeOut.nullable(),
  profile_push_time: timeOut.nullable(),
  enrollment: z.int().nullable().describe("The enrollment of the profile."),
  pending_enrollment: z.int().nullable().describe("The enrollment that the device shall get and does not have yet."),
  assign_status: z.string().describe("Apple's answer to the last assignment."),
  throttled_until: timeOut.nullable().describe("When Apple accepts the next assignment of this device."),
  disowned_at: timeOut.nullable(),
  setup_step: z.enum(SETUP_STEPS).describe(meaningsOf(SETUP_WORDS)),
  created_at: timeOut,
  updated_at: timeOut,
}).meta({ id: "DEPDevice" });

/** A device with its step, which is not Apple's. */
const shown = (row: DepDeviceStep) => ({ ...depDeviceRepresentation(row), setup_step: row.setupStep });

const ONE = "/api/mdm/dep/devices/{id}/";
const TAG = "Device assignment";

/** Throws `invalid` for a filter by an object that does not exist. */
async function mustExist(
  { sql }: Runtime,
  { enrollment, virtual_server: server }: { enrollment?: number | undefined; virtual_server?: number | undefined },
): Promise<void> {
  if (enrollment !== undefined && await findDepEnrollment(sql, enrollment) === undefined) {
    throw invalid({ enrollment: [notAChoice(enrollment)] });
  }
  if (server !== undefined && await findVirtualServer(sql, server) === undefined) {
    throw invalid({ virtual_server: [notAChoice(server)] });
  }
}

/** The endpoints of Apple's devices. */
export const DEP_DEVICE_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: "/api/mdm/dep/devices/",
    permission: "mdm.view_depdevice",
    tag: TAG,
    summary: "List the devices that Apple assigns to virtual servers",
    query: z.object({
      device_family: textFilter,
      enrollment: relatedFilter,
      last_op_type: textFilter,
      profile_status: textFilter,
      profile_uuid: uuidFilter,
      serial_number: textFilter,
      setup_step: choiceFilter(SETUP_STEPS),
      virtual_server: relatedFilter,
      ordering: orderingQuery(DEP_DEVICE_ORDERINGS, { column: "created_at", descending: true }),
      ...pageQuery,
    }),
    response: { status: 200, schema: pageOfSchema(depDeviceSchema) },
    async handle(input) {
      const { query, runtime } = input;
      await mustExist(runtime, query);
      const page = pageOf(query);
      const found = await listDepDevices(runtime.sql, {
        ...page,
        ordering: query.ordering,
        ...present({
          deviceFamily: query.device_family,
          enrollment: query.enrollment,
          lastOpType: query.last_op_type,
          profileStatus: query.profile_status,
          profileUuid: query.profile_uuid,
          serialNumber: query.serial_number,
          setupStep: query.setup_step,
          virtualServer: query.virtual_server,
        }),
      });
      return paginated(input, page, { count: found.count, rows: found.rows.map(shown) });
    },
  }),
  endpoint({
    method: "GET",
    path: ONE,
    permission: "mdm.view_depdevice",
    tag: TAG,
    summary: "Read a device of a virtual server",
    params: idParams,
    response: { status: 200, schema: depDeviceSchema },
    async handle({ runtime, params }) {
      const row = await findDepDevice(runtime.sql, params.id);
      if (row === undefined) throw problem("not-found");
      return shown(row);
    },
  }),
  endpoint({
    method: "PUT",
    path: ONE,
    permission: "mdm.change_depdevice",
    tag: TAG,
    summary: "Assign an enrollment to a device, at Apple",
    description:
      "If Apple throttles the device, the server assigns the enrollment later: `pending_enrollment` and `throttled_until` say so.",
    params: idParams,
    body: depDeviceInput.meta({ id: "DEPDeviceChange" }),
    response: { status: 200, schema: depDeviceSchema },
    handle: async ({ runtime, by, params, body }) => shown(await assignDevice(runtime, by, params.id, body.enrollment)),
  }),
  endpoint({
    method: "POST",
    path: `${ONE}disown/`,
    permission: "mdm.disown_depdevice",
    session: true,
    tag: TAG,
    summary: "Tell Apple that the organization gives the device up, for good",
    description: "`result` is Apple's answer: `SUCCESS`, `NOT_ACCESSIBLE` or `FAILED`. `error` says why there is none.",
    params: idParams,
    response: {
      status: 200,
      schema: z.union([z.object({ result: z.string() }), z.object({ error: z.string() })]).meta({ id: "Disowned" }),
    },
    handle: async ({ runtime, by, params }) => await disownDevice(runtime, by, params.id),
  }),
];
