/**
 * Applies what Apple has told about a location.
 *
 * @module
 */

import { applyNotifications, NOTIFICATIONS_JOB, notificationsPayload } from "../src/apps/notifications.ts";
import { defineJob } from "./job.ts";

export const appsNotifications = defineJob({
  kind: NOTIFICATIONS_JOB,
  payload: notificationsPayload,
  leaseSeconds: 60,
  run: async ({ runtime, by, payload, signal }) =>
    await applyNotifications(runtime, by, { locationId: payload.location, signal }),
});
