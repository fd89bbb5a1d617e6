/**
 * Halts the rollout of a version that fails too often.
 *
 * @module
 */

import { z } from "zod";
import { checkRollout } from "../src/blueprints/rollout.ts";
import { defineJob } from "./job.ts";

export const rolloutHealth = defineJob({
  kind: "rollout-health",
  payload: z.object({ version: z.uuid() }),
  leaseSeconds: 30,
  run: async ({ runtime, by, payload }) => await checkRollout(runtime, by, payload.version),
});
