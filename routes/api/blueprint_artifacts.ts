/**
 * `/api/mdm/blueprint_artifacts/`: which artifacts blueprints hold, and for whom.
 *
 * @module
 */

import { z } from "zod";
import { findArtifact } from "../../db/artifacts/artifacts.ts";
import { listBlueprintArtifacts } from "../../db/blueprints/blueprint_artifacts.ts";
import { findBlueprint } from "../../db/blueprints/blueprints.ts";
import { blueprintArtifactInput } from "../../src/blueprints/blueprint_artifact_input.ts";
import {
  blueprintArtifactRepresentation,
  changeBlueprintArtifact,
  createBlueprintArtifact,
  mustFindBlueprintArtifact,
  removeBlueprintArtifact,
} from "../../src/blueprints/blueprint_artifacts.ts";
import { invalid } from "../../src/errors.ts";
import { endpoint, NO_CONTENT } from "./endpoint.ts";
import { idParams, notAChoice, relatedFilter, timeOut, uuidFilter } from "./fields.ts";
import { filterShown } from "./filter_fields.ts";
import { listed, listOf } from "./listed.ts";
import { type Page, pageQuery } from "./paging.ts";

const schema = z.object({
  id: z.int(),
  blueprint: z.int(),
  artifact: z.string(),
  ...filterShown,
  created_at: timeOut,
  updated_at: timeOut,
}).meta({ id: "BlueprintArtifact" });

const body = blueprintArtifactInput.meta({ id: "BlueprintArtifactRequest" });

const ALL = "/api/mdm/blueprint_artifacts/";
const ONE = "/api/mdm/blueprint_artifacts/{id}/";
const tag = "Blueprints";

/** The endpoints of artifacts of blueprints. */
export const BLUEPRINT_ARTIFACT_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: ALL,
    permission: "mdm.view_blueprintartifact",
    tag,
    summary: "List the artifacts of blueprints",
    query: z.object({ blueprint: relatedFilter, artifact: uuidFilter, ...pageQuery }),
    response: { status: 200, schema: listOf(schema) },
    async handle(input) {
      const { sql } = input.runtime;
      const { blueprint: blueprintId, artifact: artifactId } = input.query;
      if (blueprintId !== undefined && await findBlueprint(sql, blueprintId) === undefined) {
        throw invalid({ blueprint: [notAChoice(blueprintId)] });
      }
      if (artifactId !== undefined && await findArtifact(sql, artifactId) === undefined) {
        throw invalid({ artifact: [notAChoice(artifactId)] });
      }
      const find = (page: Page) => listBlueprintArtifacts(sql, { blueprintId, artifactId, ...page });
      return await listed(input, find, blueprintArtifactRepresentation);
    },
  }),
  endpoint({
    method: "POST",
    path: ALL,
    permission: "mdm.add_blueprintartifact",
    tag,
    summary: "Add an artifact to a blueprint",
    previews: true,
    body,
    response: { status: 201, schema },
    handle: async ({ runtime, by, body }) =>
      blueprintArtifactRepresentation(await createBlueprintArtifact(runtime, by, body)),
  }),
  endpoint({
    method: "GET",
    path: ONE,
    permission: "mdm.view_blueprintartifact",
    tag,
    summary: "Read an artifact of a blueprint",
    params: idParams,
    response: { status: 200, schema },
    handle: async ({ runtime, params }) =>
      blueprintArtifactRepresentation(await mustFindBlueprintArtifact(runtime.sql, params.id)),
  }),
  endpoint({
    method: "PUT",
    path: ONE,
    permission: "mdm.change_blueprintartifact",
    tag,
    summary: "Update an artifact of a blueprint",
    previews: true,
    params: idParams,
    body,
    response: { status: 200, schema },
    handle: async ({ runtime, by, params, body }) =>
      blueprintArtifactRepresentation(await changeBlueprintArtifact(runtime, by, params.id, body)),
  }),
  endpoint({
    method: "DELETE",
    path: ONE,
    permission: "mdm.delete_blueprintartifact",
    tag,
    summary: "Remove an artifact from a blueprint",
    description: "The artifact is removed from devices of the blueprint.",
    previews: true,
    params: idParams,
    response: NO_CONTENT,
    handle: ({ runtime, by, params }) => removeBlueprintArtifact(runtime, by, params.id),
  }),
];
