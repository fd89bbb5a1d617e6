/**
 * Says that what devices should have has changed.
 *
 * @module
 */

import { bumpRevision } from "../../db/desired_state.ts";
import type { Tx } from "../../db/open.ts";
import { enqueueJob } from "../jobs.ts";
import type { Runtime } from "../runtime.ts";

/**
 * To be called in the transaction of every change of blueprints, artifacts, versions and their filters. It costs the same
 * however many devices there are: a job finds out which of them have to come.
 */
export async function desiredChanged(tx: Tx, runtime: Pick<Runtime, "clock" | "random">): Promise<void> {
  const revision = await bumpRevision(tx);
  // A key for each revision: a fan-out that runs already may have read what was there before.
  await enqueueJob(tx, runtime, { kind: "fan-out", key: `revision ${revision}`, payload: { revision } });
}
