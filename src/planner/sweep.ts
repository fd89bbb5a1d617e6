/**
 * Wakes devices in place of a job that cannot run.
 *
 * A fan-out or a replan that ends its process is set aside; the devices that it would have looked at are woken without
 * looking, at the same pace, and plan for themselves when they come. That costs contacts, and loses no change.
 *
 * @module
 */

import { z } from "zod";
import { findChannelsToSweep, wakeToPlan } from "../../db/work/channel_plans.ts";
import { takeWakes } from "../../db/work/desired_state.ts";
import { findUnswept, markSwept } from "../../db/work/job_queue.ts";
import type { Runtime } from "../runtime.ts";

/** Channels that are woken in one transaction. */
const BATCH = 500;

/** The kinds of jobs that wake devices, with the serial numbers that a payload names; null is every device. */
const SERIALS: Record<string, (payload: unknown) => string[] | null> = {
  "fan-out": () => null,
  replan: (payload) => {
    const parsed = z.object({ serial_numbers: z.array(z.string()) }).safeParse(payload);
    return parsed.success ? parsed.data.serial_numbers : null;
  },
};

/** Wakes the devices of jobs that were set aside since the last sweep. Returns how many channels were woken. */
export async function sweepQuarantined(runtime: Runtime, signal?: AbortSignal): Promise<number> {
  const { sql, config } = runtime;
  let woken = 0;
  for (const { id, kind, payload } of await findUnswept(sql, Object.keys(SERIALS))) {
    // What is asked for from now on is a reason for another sweep.
    const began = runtime.clock.now();
    const serials = SERIALS[kind]?.(payload) ?? null;
    for (let after = 0;;) {
      signal?.throwIfAborted();
      const ids = await findChannelsToSweep(sql, serials, after, BATCH);
      const last = ids.at(-1);
      if (last === undefined) break;
      const now = runtime.clock.now();
      await sql.begin(async (tx) => {
        const firstAt = await takeWakes(tx, ids.length, config.WAKE_RATE, now);
        await wakeToPlan(tx, ids, { firstAt, perSecond: config.WAKE_RATE }, now);
      });
      woken += ids.length;
      after = last;
    }
    await markSwept(sql, id, began);
  }
  return woken;
}
