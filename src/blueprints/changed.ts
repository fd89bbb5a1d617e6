/**
 * Marks the desired state of devices as changed.
 *
 * @module
 */

import { bumpRevision } from "../../db/work/desired_state.ts";
import { isSetAside } from "../../db/work/job_queue.ts";
import type { Tx } from "../../db/open.ts";
import { enqueueJob } from "../enqueue_job.ts";
import type { Runtime } from "../runtime.ts";

const ALL_CHANGES = "changes";

/**
 * To be called in the transaction of every change of blueprints, artifacts, versions and their filters. It costs the same
 * however many devices there are: a job finds out which of them have to come.
 */
export async function desiredChanged(tx: Tx, runtime: Pick<Runtime, "clock" | "random">): Promise<void> {
  const revision = await bumpRevision(tx);
  // Several changes share one fan-out; one that is already running runs again, since it may have read the previous
  // state. After one was set aside, each change has a separate fan-out, so that the set-aside one does not delay it.
  const key = await isSetAside(tx, "fan-out", ALL_CHANGES) ? `revision ${revision}` : ALL_CHANGES;
  await enqueueJob(tx, runtime, { kind: "fan-out", key, payload: { revision } });
}
