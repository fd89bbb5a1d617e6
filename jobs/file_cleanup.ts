/**
 * Removes unreferenced uploaded files. A separate job: a bucket that does not answer delays no other work.
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
