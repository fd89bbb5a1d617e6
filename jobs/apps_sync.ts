/**
 * The sync of one location with Apple's Apps & Books service.
 *
 * @module
 */

import { CONTENT_SYNC_JOB, contentSyncPayload, syncLocation } from "../src/apps/sync.ts";
import { attemptContent } from "./apps_attempt.ts";
import { defineJob } from "./job.ts";

export const appsSync = defineJob({
  kind: CONTENT_SYNC_JOB,
  payload: contentSyncPayload,
  leaseSeconds: 60,
  run: ({ runtime, by, payload, signal }) =>
    attemptContent(
      runtime,
      () => syncLocation(runtime, by, { locationId: payload.location, tryToken: payload.try_token ?? false, signal }),
    ),
});
