/**
 * The schedules: each one's cron expression (UTC) and the job that a tick enqueues.
 *
 * @module
 */

import { takeSlot } from "../db/work/job_queue.ts";
import { enqueueJob } from "../src/enqueue_job.ts";
import type { Runtime } from "../src/runtime.ts";

/** A schedule. `minutes` is the length of its slots: of all processes that tick in one slot, one enqueues. */
export type Schedule = { name: string; cron: string; minutes: number; kind: string };

/** Every schedule. */
export const SCHEDULES: readonly Schedule[] = [
  { name: "housekeeping", cron: "7 * * * *", minutes: 60, kind: "housekeeping" },
  { name: "authority-renewal", cron: "23 3 * * *", minutes: 1440, kind: "authority-renewal" },
  { name: "file-cleanup", cron: "37 4 * * *", minutes: 1440, kind: "file-cleanup" },
  { name: "device-assignment", cron: "3-59/10 * * * *", minutes: 10, kind: "ade-sync-due" },
  { name: "apps-and-books", cron: "6-59/10 * * * *", minutes: 10, kind: "apps-due" },
  { name: "provisioning-profiles", cron: "47 * * * *", minutes: 60, kind: "provisioning-profiles" },
  { name: "profiles-at-apple", cron: "29 * * * *", minutes: 60, kind: "ade-definitions" },
  { name: "sweep", cron: "*/10 * * * *", minutes: 10, kind: "sweep" },
  { name: "fleet-apps", cron: "4-59/5 * * * *", minutes: 5, kind: "fleet-apps" },
  { name: "setup-watchdog", cron: "* * * * *", minutes: 1, kind: "setup-watchdog" },
  { name: "software-updates-sync", cron: "17 */6 * * *", minutes: 360, kind: "software-updates-sync" },
  // After midnight, and every hour: a server that was off then makes up for it.
  { name: "software-updates-day", cron: "1 * * * *", minutes: 60, kind: "software-updates-day" },
  { name: "secret-rotation", cron: "41 * * * *", minutes: 60, kind: "secret-rotation" },
];

/** Enqueues a schedule's job, unless the slot was taken. Returns whether it was enqueued. */
export async function tick(runtime: Runtime, schedule: Schedule): Promise<boolean> {
  const length = schedule.minutes * 60_000;
  const slot = new Date(Math.floor(runtime.clock.now().getTime() / length) * length);
  return await runtime.sql.begin(async (tx) => {
    if (!await takeSlot(tx, schedule.name, slot)) return false;
    await enqueueJob(tx, runtime, { kind: schedule.kind, key: schedule.name });
    return true;
  });
}
