/**
 * The result of a job, as the task-result API shows it.
 *
 * @module
 */

import { findJob } from "../db/work/job_queue.ts";
import type { Db, Json } from "../db/open.ts";

/** The answer of the task-result API. */
export type TaskResult = {
  id: string;
  name?: string;
  status: "UNKNOWN" | "PENDING" | "STARTED" | "RETRY" | "SUCCESS" | "FAILURE";
  unready: boolean;
  result?: Json;
};

/** Returns the result of a job. An unknown id is `UNKNOWN`, not an error. */
export async function taskResult(db: Db, uuid: string): Promise<TaskResult> {
  const job = await findJob(db, uuid);
  if (job === undefined) return { id: uuid, status: "UNKNOWN", unready: true };
  const facts = { name: job.kind, id: job.uuid };
  switch (job.state) {
    case "queued":
      return { ...facts, status: job.attempts === 0 ? "PENDING" : "RETRY", unready: true };
    case "running":
      return { ...facts, status: "STARTED", unready: true };
    case "succeeded":
      return { ...facts, status: "SUCCESS", unready: false, result: job.result };
    case "failed":
    case "quarantined":
      return { ...facts, status: "FAILURE", unready: false, result: { error: job.error } };
  }
}
