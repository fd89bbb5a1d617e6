/**
 * The job that reads names and icons of assets from Apple's catalogue.
 *
 * @module
 */

import { z } from "zod";
import type { Tx } from "../../db/open.ts";
import { enqueueJob } from "../enqueue_job.ts";
import type { Runtime } from "../runtime.ts";

/** The kind of the job, and its payload. */
export const CATALOGUE_JOB = "apps-catalogue";
export const cataloguePayload = z.object({ location: z.int() });

/** Asks for the job, in the transaction of the reason. */
export async function enqueueCatalogue(
  tx: Tx,
  runtime: Pick<Runtime, "clock" | "random">,
  locationId: number,
): Promise<void> {
  await enqueueJob(tx, runtime, {
    kind: CATALOGUE_JOB,
    key: String(locationId),
    payload: { location: locationId },
    maxAttempts: 6,
  });
}
