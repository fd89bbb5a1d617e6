/**
 * Wakes devices whose time in Setup Assistant is over. What they are then sent is the plan's business: the release comes
 * first in it.
 *
 * @module
 */

import { wakeToPlan } from "../../db/work/channel_plans.ts";
import { findOverdueSetups } from "../../db/work/setups.ts";
import type { Runtime } from "../runtime.ts";

/** Devices that are woken in one transaction. */
const BATCH = 500;
/** No wave: a person waits in front of each. */
const AT_ONCE = 1000;

/** Wakes them; returns their number. */
export async function wakeOverdueSetups({ sql, clock }: Pick<Runtime, "sql" | "clock">): Promise<number> {
  let woken = 0;
  for (;;) {
    const now = clock.now();
    const ids = await findOverdueSetups(sql, BATCH, now);
    if (ids.length > 0) {
      await sql.begin((tx) => wakeToPlan(tx, ids, { firstAt: now, perSecond: AT_ONCE }, now));
      woken += ids.length;
    }
    if (ids.length < BATCH) return woken;
  }
}
