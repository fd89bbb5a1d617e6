/**
 * Asks for a sync of every virtual server that has a token, and looks after the tokens.
 *
 * @module
 */

import { z } from "zod";
import { lookAfterServers } from "../src/ade/look_after.ts";
import { defineJob } from "./job.ts";

export const adeSyncDue = defineJob({
  kind: "ade-sync-due",
  payload: z.object({}),
  leaseSeconds: 60,
  run: async ({ runtime, by }) => await lookAfterServers(runtime, by),
});
