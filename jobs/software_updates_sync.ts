/**
 * Fetches the catalogue of software updates.
 *
 * @module
 */

import { z } from "zod";
import { syncCatalogue } from "../src/updates/catalogue.ts";
import { defineJob } from "./job.ts";

export const softwareUpdatesSync = defineJob({
  kind: "software-updates-sync",
  payload: z.object({ force: z.boolean().default(false) }),
  leaseSeconds: 180,
  run: ({ runtime, by, payload }) => syncCatalogue(runtime, by, payload),
});
