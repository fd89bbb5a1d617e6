/**
 * The end of requests that nobody decided about.
 *
 * @module
 */

import { deleteOldApprovals, expireApprovals } from "../../db/approvals/approvals.ts";
import type { By } from "../events/by.ts";
import type { Runtime } from "../runtime.ts";
import { declineBulkCommand } from "./bulk_commands.ts";
import { recordStep } from "./gate.ts";

/** Requests that are ended in one transaction. */
const BATCH = 200;
const DAY_MS = 86_400_000;
/** Days for which ended requests are listed; their events stay longer. */
const KEPT_DAYS = 365;

/** Ends requests whose time is over, and deletes those that ended long ago. Returns how many expired. */
export async function endApprovals(runtime: Runtime, by: By, signal: AbortSignal): Promise<number> {
  const now = runtime.clock.now();
  let expired = 0;
  for (let more = BATCH; more === BATCH;) {
    signal.throwIfAborted();
    more = await runtime.sql.begin(async (tx) => {
      const rows = await expireApprovals(tx, BATCH, now);
      for (const row of rows) {
        if (row.bulkCommandId !== null) await declineBulkCommand(tx, runtime, row.bulkCommandId);
        await recordStep(tx, runtime, by, "approval_expired", row);
      }
      return rows.length;
    });
    expired += more;
  }
  await deleteOldApprovals(runtime.sql, new Date(now.getTime() - KEPT_DAYS * DAY_MS));
  return expired;
}
