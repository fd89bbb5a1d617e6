/**
 * Wakes the devices of jobs that were set aside because they end their process.
 *
 * @module
 */

import { z } from "zod";
import { sweepQuarantined } from "../src/planner/sweep.ts";
import { defineJob } from "./job.ts";

export const sweep = defineJob({
  kind: "sweep",
  payload: z.unknown(),
  leaseSeconds: 120,
  run: async ({ runtime, signal }) => ({ woken: await sweepQuarantined(runtime, signal) }),
});
