/**
 * Wakes the devices whose plan a change of blueprints or artifacts changed. Several changes are one fan-out.
 *
 * @module
 */

import { z } from "zod";
import { fanOut } from "../src/planner/fan_out.ts";
import { defineJob } from "./job.ts";

export const fanOutJob = defineJob({
  kind: "fan-out",
  payload: z.object({ revision: z.int() }),
  leaseSeconds: 30,
  run: async ({ runtime, signal }) => await fanOut(runtime, signal),
});
