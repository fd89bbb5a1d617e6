/**
 * The loops of a long-lived process: one runs jobs, several at once; one pushes devices. Where processes are short-lived,
 * cron ticks and requests drain the same queues instead (`crons.ts`).
 *
 * @module
 */

import { type JobRow, releaseJob } from "../db/work/job_queue.ts";
import type { Runtime } from "../src/runtime.ts";
import type { AnyJob } from "./job.ts";
import { claim, runClaimed, runsAlone, Stopping } from "./queue.ts";

/** How long an idle loop waits before it looks again. */
const IDLE_MS = 1000;
/** How long a stop waits for running jobs to reach a safe point. */
const GRACE_MS = 10_000;

/** Running loops. `stop` resolves when every job has ended or was given back. */
export type Workers = { stop(): Promise<void> };

const pause = (milliseconds: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, milliseconds);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
  });

/** Starts the loops. `notify` pushes one batch of due devices and returns the number of devices processed. */
export function startWorkers(
  runtime: Runtime,
  options: {
    jobs: readonly AnyJob[];
    concurrency: number;
    notify(stop: AbortSignal): Promise<number>;
    /** Milliseconds that a stop waits for running jobs to reach a safe point. */
    graceMs?: number;
  },
): Workers {
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = new Set<Promise<unknown>>();
  const held = new Set<JobRow>();
  /** Whether the job that runs must be the only one. */
  let alone = false;

  const guarded = async (what: string, step: () => Promise<boolean>) => {
    while (!signal.aborted) {
      let busy = false;
      try {
        busy = await step();
      } catch (error) {
        runtime.log.error(`Cannot ${what}`, { error });
      }
      if (!busy) await pause(IDLE_MS, signal);
    }
  };

  const work = guarded("look for jobs", async () => {
    const free = alone ? 0 : options.concurrency - running.size;
    if (free <= 0) {
      await Promise.race([...running, pause(IDLE_MS, signal)]);
      return true;
    }
    const rows = await claim(runtime, options.jobs, free, running.size === 0);
    for (const row of rows) {
      alone = runsAlone(row);
      held.add(row);
      const run = runClaimed(runtime, options.jobs, row, signal)
        .catch((error) => runtime.log.error("Cannot end a job", { kind: row.kind, error }))
        .finally(() => {
          running.delete(run);
          held.delete(row);
          alone = false;
        });
      running.add(run);
    }
    return rows.length > 0;
  });
  const push = guarded("push devices", async () => await options.notify(signal) > 0);

  return {
    async stop() {
      stopping.abort(new Stopping("the process is stopping"));
      const timer = new AbortController();
      // The loops first: jobs that the last poll claimed are returned like the rest.
      const ended = Promise.all([work, push]).then(() => Promise.all(running));
      await Promise.race([ended, pause(options.graceMs ?? GRACE_MS, timer.signal)]);
      timer.abort();
      // A job that came to no safe point in time is given back all the same: an asked-for stop is no death.
      await Promise.all([...held].map((row) => releaseJob(runtime.sql, row, runtime.clock.now())));
    },
  };
}
