/**
 * Gives the devices of one virtual server the profiles that they shall get.
 *
 * @module
 */

import { ASSIGN_JOB, assignPayload, assignWanted } from "../src/ade/assign.ts";
import { attempt } from "./ade_attempt.ts";
import { defineJob } from "./job.ts";

export const adeAssign = defineJob({
  kind: ASSIGN_JOB,
  payload: assignPayload,
  leaseSeconds: 60,
  run: ({ runtime, by, payload, signal }) =>
    attempt(runtime, () => assignWanted(runtime, by, { virtualServerId: payload.virtual_server, signal })),
});
