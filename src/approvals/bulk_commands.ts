/**
 * Commands for many devices on their way through the approval of a second person.
 *
 * @module
 */

import { cancelTargets, lockBulkCommand, setBulkState } from "../../db/bulk/bulk_commands.ts";
import type { Db } from "../../db/open.ts";
import { enqueueJob } from "../enqueue_job.ts";
import { refused } from "../errors.ts";
import type { Runtime } from "../runtime.ts";

/** Asks for the work on a command: its job goes on where an earlier one ended. */
export const enqueueBulkCommand = (db: Db, runtime: Pick<Runtime, "clock" | "random">, id: string) =>
  enqueueJob(db, runtime, { kind: "bulk-command", key: `bulk-command:${id}`, payload: { bulk_command: id } });

/** Starts a command that was approved. Throws `refused` for one that was cancelled meanwhile. */
export async function startBulkCommand(db: Db, runtime: Pick<Runtime, "clock" | "random">, id: string): Promise<void> {
  const bulk = await lockBulkCommand(db, id);
  if (bulk?.state !== "waiting") throw refused("The command was cancelled.");
  await setBulkState(db, id, "running", runtime.clock.now());
  await enqueueBulkCommand(db, runtime, id);
}

/** Ends a command that was not approved. */
export async function declineBulkCommand(db: Db, runtime: Pick<Runtime, "clock">, id: string): Promise<void> {
  const bulk = await lockBulkCommand(db, id);
  if (bulk?.state !== "waiting") return;
  await cancelTargets(db, id);
  await setBulkState(db, id, "declined", runtime.clock.now());
}
