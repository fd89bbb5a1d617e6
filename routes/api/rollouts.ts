/**
 * How versions spread: halt, let go on, return to the version before.
 *
 * @module
 */

import { z } from "zod";
import { listHalted } from "../../db/artifacts/rollouts.ts";
import { rollBack, setRollout } from "../../src/blueprints/rollout.ts";
import { rolloutInput } from "../../src/blueprints/rollout_input.ts";
import type { By } from "../../src/events/by.ts";
import type { Runtime } from "../../src/runtime.ts";
import { ROLLOUT_WORDS } from "../state_words.ts";
import { endpoint } from "./endpoint.ts";
import { naiveUtc, timeOut, uuidParams } from "./fields.ts";

const tag = "Artifacts";
const body = rolloutInput.meta({ id: "RolloutRequest" });
const changed = z.object({ id: z.string(), state: z.string() }).meta({ id: "RolloutState" });

const stateEndpoint = (
  action: string,
  state: "active" | "halted" | "withdrawn",
  summary: string,
  description: string,
) =>
  endpoint({
    method: "POST",
    path: `/api/mdm/artifact_versions/{id}/${action}/`,
    permission: "mdm.change_artifactversion",
    previews: true,
    tag,
    summary,
    description,
    params: uuidParams,
    body,
    response: { status: 200, schema: changed },
    async handle(input: { runtime: Runtime; by: By; params: { id: string }; body: { reason: string } }) {
      await setRollout(input.runtime, input.by, input.params.id, state, input.body.reason);
      return { id: input.params.id, state };
    },
  });

/** The endpoints of rollouts. */
export const ROLLOUT_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: "/api/mdm/artifact_versions/halted/",
    permission: "mdm.view_artifactversion",
    tag,
    summary: "List halted versions",
    response: {
      status: 200,
      schema: z.array(
        z.object({
          id: z.string(),
          version: z.int(),
          artifact: z.string(),
          artifact_name: z.string(),
          state_reason: z.string(),
          state_at: timeOut,
        }).meta({ id: "HaltedVersion" }),
      ),
    },
    handle: async ({ runtime }) =>
      (await listHalted(runtime.sql)).map((row) => ({
        id: row.versionId,
        version: row.version,
        artifact: row.artifactId,
        artifact_name: row.artifactName,
        state_reason: row.reason,
        state_at: naiveUtc(row.at),
      })),
  }),
  stateEndpoint("halt", "halted", "Halt a version", ROLLOUT_WORDS.halted.means),
  stateEndpoint(
    "resume",
    "active",
    "Resume a version",
    "Ends a halt or a withdrawal. Devices where the version failed retry it.",
  ),
  stateEndpoint(
    "withdraw",
    "withdrawn",
    "Withdraw a version",
    ROLLOUT_WORDS.withdrawn.means,
  ),
  endpoint({
    method: "POST",
    path: "/api/mdm/artifacts/{id}/rollback/",
    permission: "mdm.change_artifactversion",
    previews: true,
    tag,
    summary: "Return to the previous version",
    description: "Withdraws the newest active version.",
    params: uuidParams,
    body,
    response: { status: 200, schema: z.object({ withdrawn: z.int(), current: z.int() }).meta({ id: "Rollback" }) },
    async handle({ runtime, by, params, body }) {
      const { withdrawn, current } = await rollBack(runtime, by, params.id, body.reason);
      return { withdrawn: withdrawn.version, current: current.version };
    },
  }),
];
