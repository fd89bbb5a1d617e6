/**
 * `/api/jobs/`: the durable queue, for operators.
 *
 * @module
 */

import { z } from "zod";
import { listJobs } from "../../db/work/job_queue.ts";
import { jobRepresentation, rerunJob } from "../../src/job_actions.ts";
import { JOB_WORDS, meaningsOf } from "../state_words.ts";
import { endpoint, NO_CONTENT } from "./endpoint.ts";
import { choiceFilter, textFilter, timeOut, uuidParams } from "./fields.ts";
import { pageOf, pageOfSchema, pageQuery, paginated } from "./paging.ts";

const STATES = ["queued", "running", "succeeded", "failed", "quarantined"] as const;
const tag = "Tasks";

/** The endpoints of jobs. */
export const JOB_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: "/api/jobs/",
    permission: "jobs.view_job",
    tag,
    summary: "List jobs, newest first",
    description: "A quarantined job was set aside after the server process ended during three of its attempts.",
    query: z.object({ state: choiceFilter(STATES).optional(), kind: textFilter, ...pageQuery }),
    response: {
      status: 200,
      schema: pageOfSchema(
        z.object({
          id: z.string(),
          kind: z.string(),
          state: z.enum(STATES).describe(meaningsOf(JOB_WORDS)),
          attempts: z.int(),
          deaths: z.int().describe("Attempts during which the server process ended."),
          error: z.string().nullable(),
          run_at: timeOut,
          created_at: timeOut,
          finished_at: timeOut.nullable(),
        }).meta({ id: "Job" }),
      ),
    },
    async handle(input) {
      const page = pageOf(input.query);
      const { state, kind } = input.query;
      const { count, rows } = await listJobs(input.runtime.sql, { state, kind, ...page });
      return paginated(input, page, { count, rows: rows.map(jobRepresentation) });
    },
  }),
  endpoint({
    method: "POST",
    path: "/api/jobs/{id}/run/",
    permission: "jobs.change_job",
    tag,
    summary: "Retry a job",
    description: "Only jobs that failed or were set aside. Their attempts start from zero.",
    params: uuidParams,
    response: NO_CONTENT,
    handle: (input) => rerunJob(input.runtime, input.by, input.params.id),
  }),
];
