/**
 * `/api/mdm/software_updates/`: the catalogue of Apple's software lookup service.
 *
 * @module
 */

import { z } from "zod";
import { findSoftwareUpdate, listSoftwareUpdates, type SoftwareUpdateRow } from "../../db/updates/software_updates.ts";
import { problem } from "../../src/errors.ts";
import { enqueueCatalogueSync } from "../../src/updates/catalogue.ts";
import { endpoint } from "./endpoint.ts";
import { idParams, naiveUtc, textFilter, timeOut } from "./fields.ts";
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

/** The endpoints of the catalogue. */
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
