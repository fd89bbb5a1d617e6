/**
 * Gives licences to many devices, or takes them back.
 *
 * @module
 */

import { BULK_JOB, bulkPayload, runBulkAssociation } from "../src/apps/bulk.ts";
import { defineJob } from "./job.ts";

export const appsBulk = defineJob({
  kind: BULK_JOB,
  payload: bulkPayload,
  leaseSeconds: 60,
  run: async ({ runtime, payload, signal }) => await runBulkAssociation(runtime, payload.bulk_association, signal),
});
