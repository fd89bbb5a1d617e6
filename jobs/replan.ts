/**
 * Wakes those of some devices whose plan has changed: their tags or their blueprint did.
 *
 * @module
 */

import { z } from "zod";
import { replan } from "../src/planner/fan_out.ts";
import { defineJob } from "./job.ts";

export const replanJob = defineJob({
  kind: "replan",
  payload: z.object({ serial_numbers: z.array(z.string()) }),
  leaseSeconds: 30,
  run: async ({ runtime, payload, signal }) => await replan(runtime, payload.serial_numbers, signal),
});
