/**
 * Asking for work that runs without a request.
 *
 * A job is written in the transaction of the change that causes it, so that neither happens without the other.
 *
 * @module
 */

import { insertJob } from "../db/work/job_queue.ts";
import type { Db, Json } from "../db/open.ts";
import type { Runtime } from "./runtime.ts";

/** A job to run. `kind` names a file of `jobs/`; live jobs of one kind with the same `key` are one. */
export type NewJob = { kind: string; key?: string; payload?: Json; runAt?: Date; maxAttempts?: number };

/** The default number of attempts of a job: with the queue's backoff they span about a day. */
const MAX_ATTEMPTS = 12;

/** Queues a job. Returns its UUID, or that of the live job with the same key. */
export function enqueueJob(db: Db, runtime: Pick<Runtime, "clock" | "random">, job: NewJob): Promise<string> {
  const now = runtime.clock.now();
  return insertJob(db, {
    uuid: runtime.random.uuid(),
    kind: job.kind,
    key: job.key ?? null,
    payload: job.payload ?? {},
    runAt: job.runAt ?? now,
    maxAttempts: job.maxAttempts ?? MAX_ATTEMPTS,
  }, now);
}
