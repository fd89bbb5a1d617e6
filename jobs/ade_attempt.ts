/**
 * One attempt of a job that asks Apple's device assignment service.
 *
 * @module
 */

import { DeviceAssignmentError } from "../src/apple/device_assignment.ts";
import { refusalOf } from "../src/ade/client.ts";
import { Problem } from "../src/errors.ts";
import type { Runtime } from "../src/runtime.ts";
import { FinalJobError, LaterJobError } from "./job.ts";

/**
 * Runs the attempt. What may pass is tried again, not before the time that Apple names; a refusal ends the job with its
 * cure: another attempt would end the same way, and the schedule asks again.
 */
export async function attempt<Result>(runtime: Pick<Runtime, "clock">, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof DeviceAssignmentError) {
      const { message } = refusalOf(error, runtime.clock.now());
      if (error.passing) throw new LaterJobError(message, error.retryAfterSeconds ?? 0, { cause: error });
      throw new FinalJobError(message, { cause: error });
    }
    if (error instanceof Problem && error.status < 500) throw new FinalJobError(error.message, { cause: error });
    throw error;
  }
}
