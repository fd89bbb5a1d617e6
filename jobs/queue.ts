/**
 * The durable queue: claims due jobs, runs them under a lease, retries with backoff, keeps jobs that failed for good.
 *
 * Promise: every queued job runs to its end at least once, whatever process dies when; two processes never hold one job; a
 * job that ends its process each time is set aside for an operator after the third, instead of ending every restart.
 *
 * @module
 */

import {
  ALONE_AFTER,
  claimJobs,
  extendLease,
  failJob,
  forgiveDeath,
  type JobRow,
  lookForTrouble,
  reclaimJobs,
  releaseJob,
  succeedJob,
} from "../db/work/job_queue.ts";
import { byJob } from "../src/events/by.ts";
import { recordEvents } from "../src/events/record.ts";
import type { Runtime } from "../src/runtime.ts";
import { type AnyJob, FinalJobError, LaterJobError } from "./job.ts";

/** The reasons to abort a job: its process ends, or another may already have taken it over. */
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

async function takeBack(runtime: Runtime, now: Date): Promise<void> {
  const quarantined = await runtime.sql.begin(async (tx) => {
    const rows = await reclaimJobs(tx, now);
    await recordEvents(
      tx,
      runtime,
      byJob("queue"),
      rows.map(({ uuid, kind, deaths }) => ({
        type: "job_quarantined",
        tags: ["jobs"],
        objects: { job: [uuid] },
        payload: { kind, deaths, reason: "the server process ended during each of its attempts" },
      })),
    );
    return rows;
  });
  for (const { uuid, kind } of quarantined) {
    runtime.log.error("A job was set aside because the server process ended during its attempts", { kind, job: uuid });
  }
}

/** Whether a claimed job has to be the only one that its process runs. */
export const runsAlone = (row: JobRow): boolean => row.deaths >= ALONE_AFTER;

/**
 * Claims up to `limit` due jobs, after taking back those of dead processes.
 *
 * A job that may have ended two processes runs alone, so that the third death is its own: it is claimed only when the
 * process is `idle`, and while one is due a busy process claims nothing, so that it becomes idle.
 */
export async function claim(runtime: Runtime, jobs: readonly AnyJob[], limit: number, idle = true): Promise<JobRow[]> {
  const { sql, clock, random } = runtime;
  const now = clock.now();
  const kinds = jobs.map(({ kind }) => kind);
  const { lost, aloneDue } = await lookForTrouble(sql, kinds, now);
  if (lost) await takeBack(runtime, now);
  const shortest = Math.min(...jobs.map(({ leaseSeconds }) => leaseSeconds));
  const take = (alone: boolean) =>
    claimJobs(sql, {
      kinds,
      alone,
      limit: alone ? 1 : limit,
      leaseToken: random.uuid(),
      leaseUntil: new Date(now.getTime() + shortest * 1000),
    }, now);
  if (aloneDue) {
    const rows = idle ? await take(true) : [];
    // Another process was faster: there is nothing to wait for.
    if (!idle || rows.length > 0) return rows;
  }
  return await take(false);
}

/** Runs a claimed job to the end of its attempt. Never throws for an error of the job. */
export async function runClaimed(
  runtime: Runtime,
  jobs: readonly AnyJob[],
  row: JobRow,
  stop: AbortSignal,
): Promise<"succeeded" | "failed" | "retried" | "released" | "lost"> {
  const job = jobs.find(({ kind }) => kind === row.kind);
  if (job === undefined) {
    throw new Error(`Cannot run the job ${row.kind}: it was claimed, but this version of the server does not know it`);
  }
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
    if (await succeedJob(runtime.sql, row, result, runtime.clock.now())) return "succeeded";
    await forgiveDeath(runtime.sql, row);
    return "lost";
  } catch (error) {
    const now = runtime.clock.now();
    if (signal.aborted && error === signal.reason) {
      if (!lost.signal.aborted) {
        await releaseJob(runtime.sql, row, now);
        return "released";
      }
      await forgiveDeath(runtime.sql, row);
      return "lost";
    }
    const final = error instanceof FinalJobError || row.attempts >= row.maxAttempts;
    const wait = Math.max(
      backoffSeconds(row.attempts, runtime.random),
      error instanceof LaterJobError ? error.seconds : 0,
    );
    const retryAt = final ? null : new Date(now.getTime() + wait * 1000);
    const message = error instanceof Error ? error.message : String(error);
    log.warn("A job failed", { kind: row.kind, job: row.uuid, attempts: row.attempts, retryAt, error });
    if (!await failJob(runtime.sql, row, message.slice(0, 2000), retryAt, now)) {
      await forgiveDeath(runtime.sql, row);
      return "lost";
    }
    return final ? "failed" : "retried";
  } finally {
    clearInterval(heart);
  }
}

/** Runs due jobs one after another, until none is due or `stop` is aborted. Returns the number of jobs run. */
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
