/**
 * What the pages of Apple's tokens share: the verdict on one with its cure, and what a job with it does.
 *
 * @module
 */

import type { JobListRow } from "../../../db/work/job_queue.ts";

/** The verdict on a token, where something is to be done. */
export function Verdict({ state, sentence, cure }: { state: string; sentence: string; cure: string }) {
  return state === "ok" ? null : (
    <ul class="attention" aria-label="Needs attention">
      <li class={state === "expiring" ? "" : "urgent"}>{`${sentence} ${cure}`}</li>
    </ul>
  );
}

/** What the newest job does or did; "" if there was none. */
export function jobWords(job: JobListRow | undefined): string {
  if (job === undefined) return "";
  switch (job.state) {
    case "queued":
      return job.error === null ? "waits to run" : `will be tried again. ${job.error}`;
    case "running":
      return "runs";
    case "succeeded":
      return "succeeded";
    default:
      return `failed. ${job.error ?? ""}`;
  }
}
