/**
 * Looks after the locations of Apps & Books.
 *
 * @module
 */

import { z } from "zod";
import { lookAfterLocations } from "../src/apps/look_after.ts";
import { defineJob } from "./job.ts";

export const appsDue = defineJob({
  kind: "apps-due",
  payload: z.object({}),
  leaseSeconds: 120,
  run: async ({ runtime, by }) => await lookAfterLocations(runtime, by),
});
