/**
 * Wakes devices in place of a job that cannot run.
 *
 * A fan-out or a replan that ends its process is set aside; the devices that it would have checked are woken without a
 * check, at the same pace, and are planned when they connect. That costs additional connects, but loses no change.
 *
 * @module
 */

import { findChannelsToSweep, wakeToPlan } from "../../db/work/channel_plans.ts";
import { takeWakes } from "../../db/work/desired_state.ts";
import { findUnswept, markSwept } from "../../db/work/job_queue.ts";
import type { Replanned } from "../../db/work/plan_facts.ts";
import type { Runtime } from "../runtime.ts";
import { replanPayload } from "./replanned.ts";

/** Channels that are woken in one transaction. */
const BATCH = 500;

/** The kinds of jobs that wake devices, with those that a payload names; null is every device. */
const DEVICES: Record<string, (payload: unknown) => Replanned | null> = {
  "fan-out": () => null,
  replan: (payload) => replanPayload.safeParse(payload).data ?? null,
};

/** Wakes the devices of jobs that were set aside since the last sweep. Returns how many channels were woken. */
export async function sweepQuarantined(runtime: Runtime, signal?: AbortSignal): Promise<number> {
  const { sql, config } = runtime;
  let woken = 0;
  for (const { id, kind, payload } of await findUnswept(sql, Object.keys(DEVICES))) {
    // A later request is a reason for another sweep.
    const began = runtime.clock.now();
    const which = DEVICES[kind]?.(payload) ?? null;
    for (let after = 0;;) {
      signal?.throwIfAborted();
      const ids = await findChannelsToSweep(sql, which, after, BATCH);
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
