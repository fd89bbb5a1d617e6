/**
 * The artifacts of a device and its reports: `/api/mdm/devices/{id}/artifacts/`, `…/status_items/`.
 *
 * @module
 */

import { z } from "zod";
import { findTargetArtifacts } from "../../db/artifacts/target_artifacts.ts";
import { findDevice } from "../../db/devices/device_views.ts";
import { findStatusHistory, findStatusItems, searchStatusItems } from "../../db/devices/status_items.ts";
import type { ChannelId, DeviceId } from "../../db/ids.ts";
import { installState } from "../../src/blueprints/observed_artifact.ts";
import { reinstallArtifact } from "../../src/devices/reinstall.ts";
import { problem } from "../../src/errors.ts";
import type { Runtime } from "../../src/runtime.ts";
import { INSTALL_STATE_WORDS, meaningsOf } from "../state_words.ts";
import { endpoint, NO_CONTENT } from "./endpoint.ts";
import { deviceIdParam, deviceParams, naiveUtc, textFilter, timeOut, uuidParam } from "./fields.ts";
import { pageOf, pageOfSchema, pageQuery, paginated } from "./paging.ts";

const tag = "Devices";
const time = (date: Date | null) => (date === null ? null : naiveUtc(date));

async function channelOf(runtime: Runtime, id: DeviceId): Promise<ChannelId | null> {
  const device = await findDevice(runtime.sql, id);
  if (device === undefined) throw problem("not-found");
  return device.channelId;
}

const item = {
  path: z.string().describe("Apple's name, such as device.operating-system.version."),
  value: z.unknown(),
  error: z.unknown().describe("Apple's reasons if the device could not report the item."),
  changed_at: timeOut,
  reported_at: timeOut,
};

const itemOf = (row: { path: string; value: unknown; error: unknown; changedAt: Date; reportedAt: Date }) => ({
  path: row.path,
  value: row.value,
  error: row.error,
  changed_at: naiveUtc(row.changedAt),
  reported_at: naiveUtc(row.reportedAt),
});

/** The endpoints. */
export const DEVICE_ARTIFACT_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: "/api/mdm/devices/{id}/artifacts/",
    permission: "mdm.view_enrolleddevice",
    tag,
    summary: "List the artifacts of a device",
    description: "The state of each artifact version on the device channel, with evidence.",
    params: deviceParams,
    response: {
      status: 200,
      schema: z.array(
        z.object({
          artifact: z.string(),
          artifact_version: z.string(),
          name: z.string(),
          type: z.string(),
          version: z.int(),
          status: z.string(),
          state: z.string().describe(`More precise than the status. ${meaningsOf(INSTALL_STATE_WORDS)}`),
          via: z.string(),
          extra_info: z.unknown(),
          installed_at: timeOut.nullable(),
          verified_at: timeOut.nullable(),
          os_version_at_install_time: z.string(),
          install_count: z.int(),
          retry_count: z.int(),
          max_retry_count: z.int(),
          retry_at: timeOut.nullable(),
          created_at: timeOut,
          updated_at: timeOut,
        }).meta({ id: "DeviceArtifact" }),
      ),
    },
    async handle({ runtime, params }) {
      const channelId = await channelOf(runtime, params.id);
      const rows = channelId === null ? [] : await findTargetArtifacts(runtime.sql, channelId);
      return rows.map((row) => ({
        artifact: row.artifactId,
        artifact_version: row.versionId,
        name: row.name,
        type: row.type,
        version: row.version,
        status: row.status,
        state: installState(row),
        via: row.via,
        extra_info: row.extraInfo,
        installed_at: time(row.installedAt),
        verified_at: time(row.verifiedAt),
        os_version_at_install_time: row.osVersionAtInstallTime,
        install_count: row.installCount,
        retry_count: row.retryCount,
        max_retry_count: row.maxRetryCount,
        retry_at: time(row.retryAt),
        created_at: naiveUtc(row.createdAt),
        updated_at: naiveUtc(row.updatedAt),
      }));
    },
  }),
  endpoint({
    method: "POST",
    path: "/api/mdm/devices/{id}/artifacts/{artifact}/reinstall/",
    permission: "mdm.change_enrolleddevice",
    tag,
    summary: "Reinstall an artifact",
    params: z.object({ id: deviceIdParam, artifact: uuidParam }),
    response: NO_CONTENT,
    handle: ({ runtime, by, params }) => reinstallArtifact(runtime, by, params.id, params.artifact),
  }),
  endpoint({
    method: "GET",
    path: "/api/mdm/devices/{id}/status_items/",
    permission: "mdm.view_enrolleddevice",
    tag,
    summary: "List the status items of a device",
    description: "Status items of declarative management that the device has reported.",
    params: deviceParams,
    response: { status: 200, schema: z.array(z.object(item).meta({ id: "StatusItem" })) },
    async handle({ runtime, params }) {
      const channelId = await channelOf(runtime, params.id);
      return channelId === null ? [] : (await findStatusItems(runtime.sql, channelId)).map(itemOf);
    },
  }),
  endpoint({
    method: "GET",
    path: "/api/mdm/devices/{id}/status_items/{path}/",
    permission: "mdm.view_enrolleddevice",
    tag,
    summary: "Read the history of a status item",
    params: z.object({ id: deviceIdParam, path: z.string().regex(/^[A-Za-z0-9._-]{1,200}$/) }),
    query: z.object(pageQuery),
    response: {
      status: 200,
      schema: pageOfSchema(
        z.object({ value: z.unknown(), error: z.unknown(), created_at: timeOut }).meta({ id: "StatusItemChange" }),
      ),
    },
    async handle(input) {
      const { runtime, params } = input;
      const page = pageOf(input.query);
      const channelId = await channelOf(runtime, params.id);
      const found = channelId === null
        ? { count: 0, rows: [] }
        : await findStatusHistory(runtime.sql, channelId, { path: params.path, ...page });
      return paginated(input, page, {
        count: found.count,
        rows: found.rows.map(({ value, error, createdAt }) => ({ value, error, created_at: naiveUtc(createdAt) })),
      });
    },
  }),
  endpoint({
    method: "GET",
    path: "/api/mdm/status_items/",
    permission: "mdm.view_enrolleddevice",
    tag,
    summary: "Search status items of all devices",
    description: "Finds a status item on all enrolled devices by name and, optionally, by its value as text.",
    query: z.object({ path: textFilter, value: textFilter, ...pageQuery }),
    response: {
      status: 200,
      schema: pageOfSchema(
        z.object({ device: z.int(), serial_number: z.string(), user: z.string(), ...item }).meta({
          id: "FoundStatusItem",
        }),
      ),
    },
    async handle(input) {
      const page = pageOf(input.query);
      const { path, value } = input.query;
      const found = path === undefined
        ? { count: 0, rows: [] }
        : await searchStatusItems(input.runtime.sql, { path, value, ...page });
      return paginated(input, page, {
        count: found.count,
        rows: found.rows.map((row) => ({
          device: row.deviceId,
          serial_number: row.serialNumber,
          user: row.userKey,
          ...itemOf(row),
        })),
      });
    },
  }),
];
