/**
 * `/api/mdm/artifacts/{id}/versions/`: the progress of an artifact's versions, of every kind.
 *
 * @module
 */

import { z } from "zod";
import { viewArtifactVersions } from "../../db/artifacts/artifact_views.ts";
import { mustFindArtifact } from "../../src/blueprints/artifacts.ts";
import { meaningsOf, ROLLOUT_WORDS } from "../state_words.ts";
import { endpoint } from "./endpoint.ts";
import { naiveUtc, timeOut, uuidParams } from "./fields.ts";
import { pageOf, pageOfSchema, pageQuery, paginated } from "./paging.ts";

const schema = z.object({
  id: z.string(),
  version: z.int(),
  state: z.enum(["active", "halted", "withdrawn"]).describe(meaningsOf(ROLLOUT_WORDS)),
  state_reason: z.string(),
  state_at: timeOut.nullable(),
  variables: z.array(z.string()),
  counts: z.record(z.string(), z.int()).describe("Number of devices and users by status."),
}).meta({ id: "ArtifactVersionSummary" });

/** The endpoints of versions of whatever kind. */
export const ARTIFACT_VERSION_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: "/api/mdm/artifacts/{id}/versions/",
    permission: "mdm.view_artifactversion",
    tag: "Artifacts",
    summary: "List the versions of an artifact, newest first",
    params: uuidParams,
    query: z.object(pageQuery),
    response: { status: 200, schema: pageOfSchema(schema) },
    async handle(input) {
      const page = pageOf(input.query);
      const { id } = await mustFindArtifact(input.runtime.sql, input.params.id);
      const { rows, count } = await viewArtifactVersions(input.runtime.sql, id, page);
      return paginated(input, page, {
        count,
        rows: rows.map((row) => ({
          id: row.id,
          version: row.version,
          state: row.state,
          state_reason: row.stateReason,
          state_at: naiveUtc(row.stateAt),
          variables: row.variables,
          counts: row.counts,
        })),
      });
    },
  }),
];
