/**
 * Registers the crons, at the top level and before serving, as Deno Deploy wants it: there a tick may start the process.
 *
 * A tick only enqueues; then, where no worker loop lives, it drains the queues for as long as a tick may last.
 *
 * @module
 */

import { flushRefusals } from "../src/events/refusals.ts";
import type { Runtime } from "../src/runtime.ts";
import { drain } from "./queue.ts";
import { JOBS } from "./registry.ts";
import { dueAt, tick } from "./schedules.ts";

/** The part of this process that a tick needs. */
export type Home = { runtime: Runtime; notify(stop: AbortSignal): Promise<number> };

const home = Promise.withResolvers<Home>();
const DRAIN_MS = 50_000;

/** Sets the runtime that the crons work on. */
export const provideHome = home.resolve;

/** Requests arrive by the thousand; the work that they queue can wait this long. */
const BETWEEN_DRAINS_MS = 2000;
let drainedAt = 0;

/**
 * Runs due work in a process without worker loops, unless that was done a moment ago. Overlapping calls share one run.
 */
export function drainQueues({ runtime, notify }: Home): Promise<void> {
  if (draining === undefined && performance.now() - drainedAt < BETWEEN_DRAINS_MS) return Promise.resolve();
  draining ??= (async () => {
    const stop = AbortSignal.timeout(DRAIN_MS);
    try {
      await runtime.routine.flush();
      await drain(runtime, JOBS, stop);
      while (!stop.aborted && await notify(stop) > 0);
    } finally {
      drainedAt = performance.now();
      draining = undefined;
    }
  })();
  return draining;
}
let draining: Promise<void> | undefined;

Deno.cron("schedules", "* * * * *", async () => {
  const { runtime } = await home.promise;
  // Each by itself: one that fails does not hold the others.
  const ticks = await Promise.allSettled(dueAt(runtime.clock.now()).map((schedule) => tick(runtime, schedule)));
  for (const outcome of ticks) if (outcome.status === "rejected") throw outcome.reason;
});

Deno.cron("queues", "* * * * *", async () => {
  const found = await home.promise;
  await flushRefusals(found.runtime.sql, found.runtime);
  if (found.runtime.config.JOB_WORKERS === 0) await drainQueues(found);
});
