/**
 * The answer of endpoints that ask for work which runs without a request.
 *
 * @module
 */

import { z } from "zod";

/** A task that was asked for, and where its result will be. */
export const taskSchema = z.object({
  task_id: z.string(),
  task_result_url: z.string(),
}).meta({ id: "Task" });

/** Returns the answer for a queued job. */
export const queuedTask = (id: string): z.input<typeof taskSchema> => ({
  task_id: id,
  task_result_url: `/api/task_result/${id}/`,
});
