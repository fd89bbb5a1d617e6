/**
 * The sync of one virtual server with Apple's device assignment service.
 *
 * @module
 */

import { SYNC_JOB, syncPayload, syncVirtualServer } from "../src/ade/sync.ts";
import { attempt } from "./ade_attempt.ts";
import { defineJob } from "./job.ts";

export const adeSync = defineJob({
  kind: SYNC_JOB,
  payload: syncPayload,
  leaseSeconds: 60,
  run: ({ runtime, by, payload, signal }) =>
    attempt(
      runtime,
      () => syncVirtualServer(runtime, by, { virtualServerId: payload.virtual_server, full: payload.full, signal }),
    ),
});
