/**
 * The schedules: how often a job is enqueued, and at which minute. One cron serves all of them: the free plan of Deno Deploy
 * has ten.
 *
 * @module
 */

import { takeSlot } from "../db/work/job_queue.ts";
import { enqueueJob } from "../src/enqueue_job.ts";
import type { Runtime } from "../src/runtime.ts";

/**
 * A schedule: each `minutes` since midnight in UTC, `at` so many minutes later. Of all processes that tick in one such slot
 * of time, one enqueues.
 */
export type Schedule = { name: string; minutes: number; at: number; kind: string };

const HOUR = 60;
const DAY = 24 * HOUR;

/** Every schedule. */
export const SCHEDULES: readonly Schedule[] = [
  { name: "housekeeping", minutes: HOUR, at: 7, kind: "housekeeping" },
  { name: "authority-renewal", minutes: DAY, at: 3 * HOUR + 23, kind: "authority-renewal" },
  { name: "file-cleanup", minutes: DAY, at: 4 * HOUR + 37, kind: "file-cleanup" },
  { name: "device-assignment", minutes: 10, at: 3, kind: "ade-sync-due" },
  { name: "apps-and-books", minutes: 10, at: 6, kind: "apps-due" },
  { name: "provisioning-profiles", minutes: HOUR, at: 47, kind: "provisioning-profiles" },
  { name: "profiles-at-apple", minutes: HOUR, at: 29, kind: "ade-definitions" },
  { name: "sweep", minutes: 10, at: 0, kind: "sweep" },
  { name: "fleet-apps", minutes: 5, at: 4, kind: "fleet-apps" },
  { name: "setup-watchdog", minutes: 1, at: 0, kind: "setup-watchdog" },
  { name: "software-updates-sync", minutes: 6 * HOUR, at: 17, kind: "software-updates-sync" },
  // After midnight, and every hour: a server that was off then makes up for it.
  { name: "software-updates-day", minutes: HOUR, at: 1, kind: "software-updates-day" },
  { name: "secret-rotation", minutes: HOUR, at: 41, kind: "secret-rotation" },
];

const MINUTE_MS = 60_000;
/** Minutes in which a tick counts: one that comes late, because the one before took its time, is not lost. */
const GRACE = 3;

/** Returns the schedules that are due at a time. */
export function dueAt(now: Date): Schedule[] {
  const minute = Math.floor(now.getTime() / MINUTE_MS);
  return SCHEDULES.filter(({ minutes, at }) => {
    const since = minute % minutes - at;
    return since >= 0 && since < GRACE;
  });
}

/** Enqueues a schedule's job, unless the slot was taken. Returns whether it was enqueued. */
export async function tick(runtime: Runtime, schedule: Schedule): Promise<boolean> {
  const length = schedule.minutes * MINUTE_MS;
  const slot = new Date(Math.floor(runtime.clock.now().getTime() / length) * length);
  return await runtime.sql.begin(async (tx) => {
    if (!await takeSlot(tx, schedule.name, slot)) return false;
    await enqueueJob(tx, runtime, { kind: schedule.kind, key: schedule.name });
    return true;
  });
}
