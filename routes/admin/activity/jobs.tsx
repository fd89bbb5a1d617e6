/**
 * Jobs that need an operator: those that failed for good and those that were set aside.
 *
 * @module
 */

import type { Hono } from "hono";
import { type JobListRow, listJobs } from "../../../db/work/job_queue.ts";
import { rerunJob } from "../../../src/job_actions.ts";
import type { AppEnv } from "../../context.ts";
import { JOB_WORDS } from "../../state_words.ts";
import { ActionButton, counted, StateChip, Table, Time } from "../parts/components.tsx";
import { action, page, type PageContext } from "../parts/page.tsx";

const MANY = { limit: 200, offset: 0 } as const;

function Row({ job, now, context }: { job: JobListRow; now: Date; context: PageContext }) {
  return (
    <tr>
      <td class="mono">{job.kind}</td>
      <td>
        <StateChip word={JOB_WORDS[job.state]} />
      </td>
      <td>{job.error ?? ""}</td>
      <td>
        <Time at={job.createdAt} now={now} />
      </td>
      <td>
        {context.may("jobs.change_job")
          ? (
            <ActionButton
              context={context}
              action={`/jobs/${job.uuid}/run/`}
              label="Run again"
              tone="quiet"
              confirm={job.state === "quarantined"
                ? `Run ${job.kind} again? The server process ended during ${job.deaths} of its attempts.`
                : `Run ${job.kind} again?`}
            />
          )
          : null}
      </td>
    </tr>
  );
}

/** Mounts the page. */
export function mountJobs(app: Hono<AppEnv>): void {
  page(app, "/jobs/", "jobs.view_job", async (context) => {
    const { sql, clock } = context.runtime;
    const now = clock.now();
    const onlyAside = context.url.searchParams.get("state") === "quarantined";
    const lists = await Promise.all(
      (onlyAside ? ["quarantined" as const] : ["quarantined" as const, "failed" as const])
        .map((state) => listJobs(sql, { state, ...MANY })),
    );
    const rows = lists.flatMap((list) => list.rows);
    const count = lists.reduce((sum, list) => sum + list.count, 0);
    return {
      title: "Jobs",
      body: (
        <>
          <p>
            Background jobs that failed. A job is set aside after the server process ended during three of its attempts.
            Devices that the job would have woken are woken every ten minutes instead.
          </p>
          {onlyAside
            ? (
              <p>
                <a href="/jobs/">Also show failed jobs</a>
              </p>
            )
            : null}
          <Table
            caption={counted(count, "job")}
            head={["Kind", "State", "Reason", "Created", ""]}
            empty="No failed jobs."
            rows={rows.map((job) => <Row job={job} now={now} context={context} />)}
          />
        </>
      ),
    };
  });
  action(app, "/jobs/:id/run/", "jobs.change_job", async (context) => {
    await rerunJob(context.runtime, context.by, context.uuid());
    return "/jobs/?done=rerun";
  });
}
