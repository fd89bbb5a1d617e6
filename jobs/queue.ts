/**
 * The durable queue: claims due jobs, runs them under a lease, retries with backoff, keeps what failed for good.
 *
 * Promise: every queued job runs to its end at least once, whatever process dies when; two processes never hold one job.
 *
 * @module
 */

import { claimJobs, extendLease, failJob, type JobRow, reclaimJobs, releaseJob, succeedJob } from "../db/jobs.ts";
import type { Runtime } from "../src/runtime.ts";
import { type AnyJob, FinalJobError } from "./job.ts";

/** Why a job is told to stop: its process ends, or another may already have taken it over. */
export class Stopping extends Error {
  override readonly name = "Stopping";
}

const LONGEST_BACKOFF_SECONDS = 4 * 3600;

/** Seconds before attempt `attempts` + 1: doubling from 15 with up to a quarter of jitter, so that waves break up. */
export function backoffSeconds(attempts: number, random: Runtime["random"]): number {
  const base = Math.min(15 * 2 ** (attempts - 1), LONGEST_BACKOFF_SECONDS);
  const [byte = 0] = random.bytes(1);
  return base * (1 + byte / 1024);
}

/** Claims up to `limit` due jobs, after taking back those of dead workers. */
export async function claim(runtime: Runtime, jobs: readonly AnyJob[], limit: number): Promise<JobRow[]> {
  const now = runtime.clock.now();
  await reclaimJobs(runtime.sql, now);
  const shortest = Math.min(...jobs.map(({ leaseSeconds }) => leaseSeconds));
  return await claimJobs(runtime.sql, {
    kinds: jobs.map(({ kind }) => kind),
    limit,
    leaseToken: runtime.random.uuid(),
    leaseUntil: new Date(now.getTime() + shortest * 1000),
  }, now);
}

/** Runs a claimed job to the end of its attempt. Never throws for what the job does. */
export async function runClaimed(
  runtime: Runtime,
  jobs: readonly AnyJob[],
  row: JobRow,
  stop: AbortSignal,
): Promise<"succeeded" | "failed" | "retried" | "released" | "lost"> {
  const job = jobs.find(({ kind }) => kind === row.kind);
  if (job === undefined) throw new Error(`Cannot run the job ${row.kind}: it was claimed but is not known`);
  const lost = new AbortController();
  const until = () => new Date(runtime.clock.now().getTime() + job.leaseSeconds * 1000);
  const beat = async () => {
    const kept = await extendLease(runtime.sql, row, until()).catch(() => true);
    if (!kept) lost.abort(new Stopping("the lease was lost"));
  };
  await beat();
  const heart = setInterval(() => void beat(), job.leaseSeconds * 1000 / 3);
  const signal = AbortSignal.any([stop, lost.signal]);
  const { log } = runtime;
  try {
    signal.throwIfAborted();
    const result = await job.run({ runtime, payload: row.payload, signal });
    return await succeedJob(runtime.sql, row, result, runtime.clock.now()) ? "succeeded" : "lost";
  } catch (error) {
    const now = runtime.clock.now();
    if (signal.aborted && error === signal.reason) {
      await releaseJob(runtime.sql, row, now);
      return lost.signal.aborted ? "lost" : "released";
    }
    const final = error instanceof FinalJobError || row.attempts >= row.maxAttempts;
    const retryAt = final ? null : new Date(now.getTime() + backoffSeconds(row.attempts, runtime.random) * 1000);
    const message = error instanceof Error ? error.message : String(error);
    log.warn("A job failed", { kind: row.kind, job: row.uuid, attempts: row.attempts, retryAt, error });
    await failJob(runtime.sql, row, message.slice(0, 2000), retryAt, now);
    return final ? "failed" : "retried";
  } finally {
    clearInterval(heart);
  }
}

/** Runs what is due, one job after another, until nothing is or `stop` says so. Answers how many ran. */
export async function drain(runtime: Runtime, jobs: readonly AnyJob[], stop: AbortSignal): Promise<number> {
  let ran = 0;
  while (!stop.aborted) {
    const [row] = await claim(runtime, jobs, 1);
    if (row === undefined) break;
    await runClaimed(runtime, jobs, row, stop);
    ran++;
  }
  return ran;
}
