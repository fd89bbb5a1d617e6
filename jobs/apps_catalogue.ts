/**
 * Reads names and icons of the assets of a location from Apple's catalogue.
 *
 * @module
 */

import { readAssetFacts } from "../src/apps/catalogue.ts";
import { CATALOGUE_JOB, cataloguePayload } from "../src/apps/catalogue_job.ts";
import { attemptContent } from "./apps_attempt.ts";
import { defineJob } from "./job.ts";

export const appsCatalogue = defineJob({
  kind: CATALOGUE_JOB,
  payload: cataloguePayload,
  leaseSeconds: 60,
  run: ({ runtime, payload, signal }) =>
    attemptContent(runtime, () => readAssetFacts(runtime, { locationId: payload.location, signal })),
});
