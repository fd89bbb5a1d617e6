/**
 * OSUpdateStatus: how far the scheduled update is.
 *
 * @module
 */

import { updateStatus } from "../scheduled_update.ts";
import { acknowledged, type SimulatedCommand } from "./answer.ts";

export const osUpdateStatus: SimulatedCommand = {
  name: "OSUpdateStatus",
  answer: ({ state: { scheduledUpdate } }) =>
    acknowledged({ OSUpdateStatus: scheduledUpdate === undefined ? [] : [updateStatus(scheduledUpdate)] }),
};
