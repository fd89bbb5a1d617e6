/**
 * `/api/mdm/artifacts/`: the content of blueprints.
 *
 * @module
 */

import { z } from "zod";
import { listArtifacts } from "../../db/artifacts/artifacts.ts";
import { artifactInput, CHANNELS, REINSTALL_AFTER } from "../../src/blueprints/artifact_input.ts";
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
import { choiceFilter, textFilter, timeOut, uuidParams } from "./fields.ts";
import { listed, listOf } from "./listed.ts";
import { orderingQuery, type Page, pageQuery } from "./paging.ts";

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
  reinstall_on_os_update: z.enum(REINSTALL_AFTER),
  halt_percent: z.int().nullable(),
  hold_without_values: z.boolean(),
  created_at: timeOut,
  updated_at: timeOut,
}).meta({ id: "Artifact" });

const body = artifactInput.meta({ id: "ArtifactRequest" });

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
    handle: async ({ runtime, by, body }) => artifactRepresentation(await createArtifact(runtime, by, body)),
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
      artifactRepresentation(await changeArtifact(runtime, by, params.id, body)),
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
