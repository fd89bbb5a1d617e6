/**
 * Jobs of the schedule, asked for by hand.
 *
 * @module
 */

import { enqueueJob } from "../../src/enqueue_job.ts";
import { settle } from "./artifacts.ts";
import type { Fleet } from "./fleet.ts";

/** Asks for a job and runs what is due. */
export async function jobs(fleet: Fleet, kind: string): Promise<void> {
  await enqueueJob(fleet.runtime.sql, fleet.runtime, { kind, key: kind });
  await settle(fleet);
}
