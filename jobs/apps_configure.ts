/**
 * Tells Apple that this server manages a location, and where to send notifications.
 *
 * @module
 */

import { CONFIGURE_JOB, configureLocation, configurePayload } from "../src/apps/configure.ts";
import { attemptContent } from "./apps_attempt.ts";
import { defineJob } from "./job.ts";

export const appsConfigure = defineJob({
  kind: CONFIGURE_JOB,
  payload: configurePayload,
  leaseSeconds: 60,
  run: ({ runtime, by, payload }) =>
    attemptContent(
      runtime,
      () => configureLocation(runtime, by, { locationId: payload.location, takeOver: payload.take_over }),
    ),
});
