/**
 * Clears away uploaded files that nothing refers to any more. A job of its own: a bucket that does not answer holds up nothing
 * else.
 *
 * @module
 */

import { z } from "zod";
import { removeUnreferencedFiles } from "../src/files/unreferenced.ts";
import { defineJob } from "./job.ts";

export const fileCleanup = defineJob({
  kind: "file-cleanup",
  payload: z.unknown(),
  leaseSeconds: 600,
  run: async ({ runtime, signal }) => ({ removed_files: await removeUnreferencedFiles(runtime, signal) }),
});
