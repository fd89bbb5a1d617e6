/**
 * Has devices planned again on days on which releases begin or end.
 *
 * @module
 */

import { z } from "zod";
import { passDay } from "../src/updates/catalogue.ts";
import { defineJob } from "./job.ts";

export const softwareUpdatesDay = defineJob({
  kind: "software-updates-day",
  payload: z.unknown(),
  leaseSeconds: 60,
  run: ({ runtime }) => passDay(runtime),
});
