/**
 * One attempt of a job that asks Apple's Apps & Books service.
 *
 * @module
 */

import { ContentConflict, ContentError } from "../src/apple/content_errors.ts";
import { contentRefusal } from "../src/apps/client.ts";
import { Problem } from "../src/errors.ts";
import type { Runtime } from "../src/runtime.ts";
import { FinalJobError, LaterJobError } from "./job.ts";

/**
 * Runs the attempt. What may pass is tried again, not before the time that Apple names; a refusal ends the job with its
 * cure: another attempt would end the same way, and the schedule asks again.
 */
export async function attemptContent<Result>(
  runtime: Pick<Runtime, "clock">,
  run: () => Promise<Result>,
): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ContentError || error instanceof ContentConflict) {
      const { message } = contentRefusal(error, runtime.clock.now());
      const passing = error instanceof ContentError && error.token === undefined && error.passing;
      if (passing) throw new LaterJobError(message, error.retryAfterSeconds ?? 0, { cause: error });
      throw new FinalJobError(message, { cause: error });
    }
    if (error instanceof Problem && error.status < 500) throw new FinalJobError(error.message, { cause: error });
    throw error;
  }
}
