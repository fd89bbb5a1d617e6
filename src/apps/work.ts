/**
 * The job that asks Apple for licences: asked for in the transaction of the reason.
 *
 * @module
 */

import { z } from "zod";
import type { Tx } from "../../db/open.ts";
import { enqueueJob } from "../enqueue_job.ts";
import type { Runtime } from "../runtime.ts";

/** The kind of the job, and its payload. */
export const LICENCES_JOB = "apps-licences";
export const licencesPayload = z.object({ location: z.int() });

/** The kind of the job that compares one asset with Apple, and its payload. */
export const CHECK_JOB = "apps-check";
export const checkPayload = z.object({ location: z.int(), adam_id: z.string(), pricing_param: z.string() });

/** Asks for what is due in the ledger of a location; one job does it, however often it is asked for. */
export async function enqueueLicenceWork(
  tx: Tx,
  runtime: Pick<Runtime, "clock" | "random">,
  locationId: number,
  runAt: Date = runtime.clock.now(),
): Promise<void> {
  await enqueueJob(tx, runtime, {
    kind: LICENCES_JOB,
    key: String(locationId),
    payload: { location: locationId },
    runAt,
  });
}

/** Asks for a comparison of an asset with Apple's counts and holders. */
export async function enqueueAssetCheck(
  tx: Tx,
  runtime: Pick<Runtime, "clock" | "random">,
  { locationId, adamId, pricingParam }: { locationId: number; adamId: string; pricingParam: string },
  afterSeconds = 0,
): Promise<void> {
  await enqueueJob(tx, runtime, {
    kind: CHECK_JOB,
    key: `${locationId} ${adamId} ${pricingParam}`,
    payload: { location: locationId, adam_id: adamId, pricing_param: pricingParam },
    runAt: new Date(runtime.clock.now().getTime() + afterSeconds * 1000),
  });
}
