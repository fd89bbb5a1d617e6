/**
 * The one shape of a job. Adding one is adding a file and its line in `registry.ts`.
 *
 * @module
 */

import type { z } from "zod";
import type { Json } from "../db/open.ts";
import { type By, byJob } from "../src/events/by.ts";
import type { Runtime } from "../src/runtime.ts";

/** The context of a running job. */
export type JobContext<Payload> = {
  runtime: Runtime;
  /** The job itself, as the author of the events that it records. */
  by: By;
  payload: Payload;
  /** Aborted when the process stops or the lease was lost: stop at the next safe point by throwing `signal.reason`. */
  signal: AbortSignal;
};

/** A kind of job. `run` may be repeated: a worker can die after the work and before saying so. */
export type Job<Payload = unknown> = {
  kind: string;
  payload: z.ZodType<Payload>;
  /** Seconds after which a worker that was not heard of counts as dead. It is heard of three times in that time. */
  leaseSeconds: number;
  /** Does the work. Its result is shown by the task-result API, so it holds no secret. */
  run(context: JobContext<Payload>): Promise<Json>;
};

/** A kind of job whose payload type is its own business. */
export type AnyJob = {
  kind: string;
  leaseSeconds: number;
  run(context: Omit<JobContext<Json>, "by">): Promise<Json>;
};

/** A job that fails for good: another attempt would end the same way. */
export class FinalJobError extends Error {
  override readonly name = "FinalJobError";
}

/** A job that fails for now and is tried again, not before `seconds` have passed. */
export class LaterJobError extends Error {
  override readonly name = "LaterJobError";
  constructor(message: string, readonly seconds: number, options?: ErrorOptions) {
    super(message, options);
  }
}

/** Defines a job: its payload is parsed before it runs. */
export function defineJob<Payload>(job: Job<Payload>): AnyJob {
  return {
    kind: job.kind,
    leaseSeconds: job.leaseSeconds,
    run: ({ payload, ...context }) => {
      const parsed = job.payload.safeParse(payload);
      if (!parsed.success) throw new FinalJobError(`its payload is not one of ${job.kind}: ${parsed.error.message}`);
      return job.run({ ...context, by: byJob(job.kind), payload: parsed.data });
    },
  };
}
