/**
 * `/api/mdm/artifacts/`: what blueprints hold.
 *
 * @module
 */

import { z } from "zod";
import { listArtifacts } from "../../db/artifacts/artifacts.ts";
import { ARTIFACT_TYPES } from "../../src/blueprints/artifact_types.ts";
import {
  artifactRepresentation,
  changeArtifact,
  createArtifact,
  mustFindArtifact,
  removeArtifact,
} from "../../src/blueprints/artifacts.ts";
import { PLATFORMS } from "../../src/protocol/platform.ts";
import { endpoint, NO_CONTENT } from "./endpoint.ts";
import { choiceFilter, textField, textFilter, timeOut, uuidField, uuidParams } from "./fields.ts";
import { listed, listOf } from "./listed.ts";
import { orderingQuery, type Page, pageQuery } from "./paging.ts";

const CHANNELS = ["Device", "User"] as const;
const REINSTALL = ["No", "Major", "Minor", "Patch"] as const;

const artifactSchema = z.object({
  id: z.string(),
  name: z.string(),
  type: z.enum(ARTIFACT_TYPES),
  channel: z.enum(CHANNELS),
  platforms: z.array(z.enum(PLATFORMS)),
  requires: z.array(z.string()).describe("The artifacts that must be installed first."),
  install_during_setup_assistant: z.boolean(),
  auto_update: z.boolean(),
  reinstall_interval: z.int().describe("Days; 0 is never."),
  reinstall_on_os_update: z.enum(REINSTALL),
  halt_percent: z.int().nullable(),
  hold_without_values: z.boolean(),
  created_at: timeOut,
  updated_at: timeOut,
}).meta({ id: "Artifact" });

const body = z.object({
  name: textField(256),
  type: z.enum(ARTIFACT_TYPES),
  channel: z.enum(CHANNELS),
  platforms: z.array(z.enum(PLATFORMS)).min(1).transform((given) => PLATFORMS.filter((one) => given.includes(one)))
    .default([...PLATFORMS]),
  requires: z.array(uuidField).transform((ids) => [...new Set(ids)]).default([]),
  install_during_setup_assistant: z.boolean().default(false),
  auto_update: z.boolean().default(true).describe("Whether devices are updated to newer versions automatically."),
  reinstall_interval: z.int().min(0).max(366).default(0).describe("Days; 0 is never."),
  reinstall_on_os_update: z.enum(REINSTALL).default("No"),
  halt_percent: z.int().min(0).max(100).nullable().optional().describe(
    "The percentage of failed installations that halts the rollout of a new version; 0: never; null: the server's setting. If absent: unchanged.",
  ),
  hold_without_values: z.boolean().optional().describe(
    "Whether installation waits until every variable has a value for the device. If absent: unchanged; false for a new artifact.",
  ),
}).meta({ id: "ArtifactRequest" });

const inputOf = (given: z.output<typeof body>) => ({
  name: given.name,
  type: given.type,
  channel: given.channel,
  platforms: given.platforms,
  requires: given.requires,
  installDuringSetupAssistant: given.install_during_setup_assistant,
  autoUpdate: given.auto_update,
  reinstallInterval: given.reinstall_interval,
  reinstallOnOsUpdate: given.reinstall_on_os_update,
  haltPercent: given.halt_percent,
  holdWithoutValues: given.hold_without_values,
});

const ALL = "/api/mdm/artifacts/";
const ONE = "/api/mdm/artifacts/{id}/";
const tag = "Artifacts";

/** The endpoints of artifacts. */
export const ARTIFACT_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: ALL,
    permission: "mdm.view_artifact",
    tag,
    summary: "List artifacts",
    query: z.object({
      name: textFilter,
      type: choiceFilter(ARTIFACT_TYPES),
      channel: choiceFilter(CHANNELS),
      ordering: orderingQuery(["created_at", "updated_at"], { column: "created_at", descending: true }),
      ...pageQuery,
    }),
    response: { status: 200, schema: listOf(artifactSchema) },
    async handle(input) {
      const { ordering: order, name, type, channel } = input.query;
      const find = (page: Page) => listArtifacts(input.runtime.sql, { name, type, channel, order, ...page });
      return await listed(input, find, artifactRepresentation);
    },
  }),
  endpoint({
    method: "POST",
    path: ALL,
    permission: "mdm.add_artifact",
    tag,
    summary: "Create an artifact",
    previews: true,
    body,
    response: { status: 201, schema: artifactSchema },
    handle: async ({ runtime, by, body }) => artifactRepresentation(await createArtifact(runtime, by, inputOf(body))),
  }),
  endpoint({
    method: "GET",
    path: ONE,
    permission: "mdm.view_artifact",
    tag,
    summary: "Read an artifact",
    params: uuidParams,
    response: { status: 200, schema: artifactSchema },
    handle: async ({ runtime, params }) => artifactRepresentation(await mustFindArtifact(runtime.sql, params.id)),
  }),
  endpoint({
    method: "PUT",
    path: ONE,
    permission: "mdm.change_artifact",
    tag,
    summary: "Update an artifact",
    description: "The type and channel cannot be changed.",
    previews: true,
    params: uuidParams,
    body,
    response: { status: 200, schema: artifactSchema },
    handle: async ({ runtime, by, params, body }) =>
      artifactRepresentation(await changeArtifact(runtime, by, params.id, inputOf(body))),
  }),
  endpoint({
    method: "DELETE",
    path: ONE,
    permission: "mdm.delete_artifact",
    tag,
    summary: "Delete an artifact",
    description:
      "Also deletes its versions. Refused while a blueprint or another artifact refers to it, or a device has it.",
    previews: true,
    params: uuidParams,
    response: NO_CONTENT,
    handle: ({ runtime, by, params }) => removeArtifact(runtime, by, params.id),
  }),
];
