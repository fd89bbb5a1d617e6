/**
 * Asks Apple for the licences of a location that are wanted, and how far that is.
 *
 * @module
 */

import { workOnLicences } from "../src/apps/associate.ts";
import { LICENCES_JOB, licencesPayload } from "../src/apps/work.ts";
import { attemptContent } from "./apps_attempt.ts";
import { defineJob } from "./job.ts";

export const appsLicences = defineJob({
  kind: LICENCES_JOB,
  payload: licencesPayload,
  leaseSeconds: 60,
  run: ({ runtime, by, payload, signal }) =>
    attemptContent(runtime, () => workOnLicences(runtime, by, { locationId: payload.location, signal })),
});
