/**
 * Wakes those of some devices whose plan has changed: their tags or their blueprint did.
 *
 * @module
 */

import { replan } from "../src/planner/fan_out.ts";
import { replanPayload } from "../src/planner/replanned.ts";
import { defineJob } from "./job.ts";

export const replanJob = defineJob({
  kind: "replan",
  payload: replanPayload,
  leaseSeconds: 30,
  run: async ({ runtime, payload, signal }) => await replan(runtime, payload, signal),
});
