/**
 * Wakes devices whose time in Setup Assistant is over.
 *
 * @module
 */

import { z } from "zod";
import { wakeOverdueSetups } from "../src/planner/setup_watchdog.ts";
import { defineJob } from "./job.ts";

export const setupWatchdog = defineJob({
  kind: "setup-watchdog",
  payload: z.unknown(),
  leaseSeconds: 60,
  run: async ({ runtime }) => ({ woken: await wakeOverdueSetups(runtime) }),
});
