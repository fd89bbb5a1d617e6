/**
 * Queues a command on many devices, or cancels it there.
 *
 * @module
 */

import { z } from "zod";
import { runBulkCommand } from "../src/devices/run_bulk_command.ts";
import { defineJob } from "./job.ts";

export const bulkCommand = defineJob({
  kind: "bulk-command",
  payload: z.object({ bulk_command: z.uuid() }),
  leaseSeconds: 60,
  run: async ({ runtime, by, payload, signal }) => await runBulkCommand(runtime, by, payload.bulk_command, signal),
});
