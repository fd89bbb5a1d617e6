/**
 * `/api/mdm/software_updates/`: the catalogue of Apple's software lookup service.
 *
 * @module
 */

import { z } from "zod";
import { findSoftwareUpdate, listSoftwareUpdates, type SoftwareUpdateRow } from "../../db/updates/software_updates.ts";
import { problem } from "../../src/errors.ts";
import { deviceUpdateProgress, type UpdateProgress } from "../../src/planner/update_progress.ts";
import { enqueueCatalogueSync } from "../../src/updates/catalogue.ts";
import { meaningsOf, UPDATE_WORDS } from "../state_words.ts";
import { endpoint } from "./endpoint.ts";
import { deviceParams, idParams, naiveUtc, textFilter, timeOut } from "./fields.ts";
import { pageOf, pageOfSchema, pageQuery, paginated } from "./paging.ts";
import { queuedTask, taskSchema } from "./queued_task.ts";

const tag = "Software updates";

const softwareUpdateSchema = z.object({
  id: z.int(),
  platform: z.string().describe("Apple's word: iOS includes iPadOS and tvOS."),
  version: z.string(),
  extra: z.string().describe("The letter of a background security improvement, such as `(a)`."),
  build: z.string(),
  prerequisite_build: z.string().describe("The only build that it can be installed on."),
  public: z.boolean().describe("Whether Apple lists it for the public; the others can be sent by device management."),
  posting_date: z.string().describe("The first posting date that was seen. Deadlines count from it."),
  feed_posting_date: z.string().describe("The posting date that Apple states now."),
  expiration_date: z.string().nullable(),
  withdrawn_at: timeOut.nullable().describe("Since when Apple's list does not have it."),
  device_ids: z.array(z.string()),
  created_at: timeOut,
  updated_at: timeOut,
}).meta({ id: "SoftwareUpdate" });

const representation = (row: SoftwareUpdateRow) => ({
  id: row.id,
  platform: row.platform,
  version: row.version,
  extra: row.extra,
  build: row.build,
  prerequisite_build: row.prerequisiteBuild,
  public: row.public,
  posting_date: row.postedOn,
  feed_posting_date: row.feedPostedOn,
  expiration_date: row.expiresOn,
  withdrawn_at: naiveUtc(row.withdrawnAt),
  device_ids: row.deviceIds,
  created_at: naiveUtc(row.createdAt),
  updated_at: naiveUtc(row.updatedAt),
});

const deviceUpdateSchema = z.object({
  state: z.enum(["updated", "due", "late", "failed", "none"]).describe(meaningsOf(UPDATE_WORDS)),
  enforcement: z.int().nullable(),
  target_os_version: z.string().nullable(),
  target_build_version: z.string().nullable(),
  target_local_datetime: z.string().nullable().describe("In the device's own zone."),
  reason: z.string().describe("Why this is the target, or why there is none."),
  os_version: z.string(),
  build_version: z.string(),
  install_state: z.string().nullable().describe("What the device reports."),
  pending_version: z.string().nullable(),
  failure_count: z.int(),
  why: z.string().nullable().describe("What holds the update up, where it is late or has failed."),
}).meta({ id: "DeviceSoftwareUpdate" });

function progressRepresentation(found: UpdateProgress) {
  const { target } = found.decision;
  return {
    state: found.state,
    enforcement: target?.enforcement.id ?? null,
    target_os_version: target?.osVersion ?? null,
    target_build_version: target?.buildVersion ?? null,
    target_local_datetime: target?.localDateTime ?? null,
    reason: found.decision.target === null ? found.decision.reason : found.decision.target.reason,
    os_version: found.osVersion,
    build_version: found.build,
    install_state: found.installState,
    pending_version: found.pending,
    failure_count: found.failure?.count ?? 0,
    why: found.why,
  };
}

/** The endpoints of the catalogue, and of a device's update. */
export const SOFTWARE_UPDATE_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: "/api/mdm/software_updates/",
    permission: "mdm.view_softwareupdate",
    tag,
    summary: "List the software updates that Apple offers, newest versions first",
    query: z.object({
      platform: textFilter,
      version: textFilter.describe("`15` finds 15.7.5, too."),
      device_id: textFilter.describe("A model, such as `Mac14,2`, or a software update device id, such as `J493AP`."),
      withdrawn: z.enum(["true", "false"]).default("false").describe(
        "Whether releases that Apple withdrew are listed.",
      ),
      ...pageQuery,
    }),
    response: { status: 200, schema: pageOfSchema(softwareUpdateSchema) },
    async handle(input) {
      const page = pageOf(input.query);
      const { platform, version, device_id: deviceId, withdrawn } = input.query;
      const filters = { platform, version, deviceId, withWithdrawn: withdrawn === "true" };
      const { count, rows } = await listSoftwareUpdates(input.runtime.sql, { ...filters, ...page });
      return paginated(input, page, { count, rows: rows.map(representation) });
    },
  }),
  endpoint({
    method: "GET",
    path: "/api/mdm/software_updates/{id}/",
    permission: "mdm.view_softwareupdate",
    tag,
    summary: "Read a software update",
    params: idParams,
    response: { status: 200, schema: softwareUpdateSchema },
    async handle({ runtime, params }) {
      const row = await findSoftwareUpdate(runtime.sql, params.id);
      if (row === undefined) throw problem("not-found");
      return representation(row);
    },
  }),
  endpoint({
    method: "GET",
    path: "/api/mdm/devices/{id}/software_update/",
    permission: "mdm.view_enrolleddevice",
    tag,
    summary: "Read the update target of a device",
    description: "404 for a device that is not enrolled or has no blueprint.",
    params: deviceParams,
    response: { status: 200, schema: deviceUpdateSchema },
    async handle({ runtime, params }) {
      const found = await deviceUpdateProgress(runtime, params.id);
      if (found === undefined) throw problem("not-found");
      return progressRepresentation(found);
    },
  }),
  endpoint({
    method: "POST",
    path: "/api/mdm/software_updates/sync/",
    permission: ["mdm.add_softwareupdate", "mdm.change_softwareupdate", "mdm.delete_softwareupdate"],
    tag,
    summary: "Synchronize the software updates with Apple",
    description:
      "The result of the task has `status` SUCCESS with the counts `created`, `deleted` (withdrawn) and `present`, or REFUSED with the reason.",
    query: z.object({
      force: z.enum(["true", "false"]).default("false").describe(
        "Whether a list is taken that lacks a large part of what is known.",
      ),
    }),
    response: { status: 201, schema: taskSchema },
    handle: async ({ runtime, query }) =>
      queuedTask(await enqueueCatalogueSync(runtime, { force: query.force === "true" })),
  }),
];
