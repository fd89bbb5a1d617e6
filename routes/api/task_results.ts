/**
 * `/api/task_result/`: the results of work that runs without a request.
 *
 * @module
 */

import { z } from "zod";
import { taskResult } from "../../src/task_result.ts";
import { endpoint } from "./endpoint.ts";
import { uuidParams } from "./fields.ts";

/** The endpoint of task results. */
export const TASK_RESULT_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: "/api/task_result/{id}/",
    permission: "authenticated",
    session: true,
    tag: "Tasks",
    summary: "Read the result of a task",
    description: "The status of an unknown id is UNKNOWN.",
    params: uuidParams,
    response: {
      status: 200,
      schema: z.object({
        id: z.string(),
        name: z.string().optional(),
        status: z.enum(["UNKNOWN", "PENDING", "STARTED", "RETRY", "SUCCESS", "FAILURE"]),
        unready: z.boolean(),
        result: z.unknown().optional(),
      }).meta({ id: "TaskResult" }),
    },
    handle: async ({ runtime, params }) => await taskResult(runtime.sql, params.id),
  }),
];
