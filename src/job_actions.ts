/**
 * Operators' actions on jobs, and the form of a job in the API and in events.
 *
 * @module
 */

import { isUniqueViolation } from "../db/open.ts";
import { findJob, type JobListRow, requeueJob } from "../db/work/job_queue.ts";
import { problem, refused } from "./errors.ts";
import type { By } from "./events/by.ts";
import { recordEvents } from "./events/record.ts";
import { naiveUtc } from "./naive_utc.ts";
import type { Runtime } from "./runtime.ts";

/** Returns a job as the API shows it. */
export const jobRepresentation = (row: JobListRow) => ({
  id: row.uuid,
  kind: row.kind,
  state: row.state,
  attempts: row.attempts,
  deaths: row.deaths,
  error: row.error,
  run_at: naiveUtc(row.runAt),
  created_at: naiveUtc(row.createdAt),
  finished_at: naiveUtc(row.finishedAt),
});

/**
 * Runs a job again that failed or was set aside. Throws `not-found`, or `refused` when it is neither, or when another job has
 * taken over its work.
 */
export async function rerunJob(runtime: Runtime, by: By, uuid: string): Promise<void> {
  try {
    await rerun(runtime, by, uuid);
  } catch (error) {
    // Live jobs of one kind with the same key are one.
    if (!isUniqueViolation(error, "jobs_live_key")) throw error;
    throw refused("A later job for the same work is queued, runs or was set aside");
  }
}

async function rerun(runtime: Runtime, by: By, uuid: string): Promise<void> {
  await runtime.sql.begin(async (tx) => {
    const job = await findJob(tx, uuid);
    if (job === undefined) throw problem("not-found");
    if (!await requeueJob(tx, uuid, runtime.clock.now())) {
      throw refused(`This job is ${job.state}. Only jobs that failed or were set aside can be run again`);
    }
    await recordEvents(tx, runtime, by, [{
      type: "job_rerun",
      tags: ["jobs"],
      objects: { job: [uuid] },
      payload: { kind: job.kind, state: job.state },
    }]);
  });
}
