/**
 * Compares the licences of one asset with Apple.
 *
 * @module
 */

import { checkAsset } from "../src/apps/check.ts";
import { CHECK_JOB, checkPayload } from "../src/apps/work.ts";
import { attemptContent } from "./apps_attempt.ts";
import { defineJob } from "./job.ts";

export const appsCheck = defineJob({
  kind: CHECK_JOB,
  payload: checkPayload,
  leaseSeconds: 60,
  run: ({ runtime, by, payload, signal }) =>
    attemptContent(runtime, () =>
      checkAsset(runtime, by, {
        locationId: payload.location,
        key: { adamId: payload.adam_id, pricingParam: payload.pricing_param },
        signal,
      })),
});
