/**
 * The devices of a replan, as named by the payload of its job.
 *
 * @module
 */

import { z } from "zod";
import { deviceIdOf } from "../../db/ids.ts";
import type { Replanned } from "../../db/work/plan_facts.ts";

/** The payload of a `replan` job: devices by id, or all with some serial numbers. */
export const replanPayload: z.ZodType<Replanned> = z.union([
  z.object({ serial_numbers: z.array(z.string()) }).transform((named): Replanned => ({
    serialNumbers: named.serial_numbers,
  })),
  z.object({ device_ids: z.array(z.int().transform(deviceIdOf)) }).transform((named): Replanned => ({
    deviceIds: named.device_ids,
  })),
]);
