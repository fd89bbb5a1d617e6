/**
 * Rollouts: a version that fails too often stops spreading; an operator can halt one, resume it, or return to the
 * previous version.
 *
 * @module
 */

import {
  countRollout,
  findRollout,
  forgetFailures,
  lockRollout,
  lockRolloutsOf,
  type RolloutRow,
  setRolloutState,
} from "../../db/artifacts/rollouts.ts";
import type { Db, Tx } from "../../db/open.ts";
import { problem, refused } from "../errors.ts";
import type { By } from "../events/by.ts";
import { recordAudit, recordEvents } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import { changeDesired } from "./transaction.ts";

const MODEL = "mdm.artifactversion";

/** The result of a check of a version. */
export type RolloutCheck = { state: RolloutRow["state"] | "unknown"; present: number; failed: number };

/** Whether so many failures are too many. A `percent` of 0 is never too many. */
function tooManyFailures(
  { present, failed }: { present: number; failed: number },
  percent: number,
  minimum: number,
): boolean {
  return percent > 0 && failed >= minimum && failed * 100 > (present + failed) * percent;
}

/** Returns the result of a check, and whether it halts the version. */
async function look(
  db: Db,
  { config }: Pick<Runtime, "config">,
  row: RolloutRow | undefined,
): Promise<RolloutCheck & { percent: number; halts: boolean }> {
  if (row === undefined) return { state: "unknown", present: 0, failed: 0, percent: 0, halts: false };
  const counts = await countRollout(db, row.versionId);
  const percent = row.haltPercent ?? config.ROLLOUT_HALT_PERCENT;
  const halts = row.state === "active" && tooManyFailures(counts, percent, config.ROLLOUT_HALT_MINIMUM);
  return { state: row.state, ...counts, percent, halts };
}

/** Halts a version that fails too often, with an event. */
export async function checkRollout(runtime: Runtime, by: By, versionId: string): Promise<RolloutCheck> {
  const { sql, log } = runtime;
  // Most checks change nothing: only one that does waits for other changes.
  const first = await look(sql, runtime, await findRollout(sql, versionId));
  if (!first.halts) return { state: first.state, present: first.present, failed: first.failed };
  return await changeDesired(runtime, async (tx): Promise<RolloutCheck> => {
    const row = await lockRollout(tx, versionId);
    const { state, present, failed, percent, halts } = await look(tx, runtime, row);
    if (row === undefined || !halts) return { state, present, failed };
    const reason = `${failed} of ${present + failed} installs failed, ${percent} % may`;
    await setRolloutState(tx, versionId, "halted", reason, runtime.clock.now());
    await recordEvents(tx, runtime, by, [{
      type: "artifact_rollout_halted",
      tags: ["alert"],
      objects: { artifact: [row.artifactId], artifact_version: [versionId] },
      payload: {
        artifact: { pk: row.artifactId, name: row.artifactName },
        version: row.version,
        reason,
        present,
        failed,
      },
    }]);
    log.warn("A rollout was halted", { artifact: row.artifactName, version: row.version, reason });
    return { state: "halted", present, failed };
  });
}

async function change(
  tx: Tx,
  runtime: Runtime,
  by: By,
  row: RolloutRow,
  state: RolloutRow["state"],
  reason: string,
): Promise<void> {
  await setRolloutState(tx, row.versionId, state, reason, runtime.clock.now());
  if (state === "active") await forgetFailures(tx, row.versionId);
  await recordAudit(tx, runtime, by, {
    action: "updated",
    model: MODEL,
    pk: row.versionId,
    before: { artifact: row.artifactId, version: row.version, state: row.state },
    after: { artifact: row.artifactId, version: row.version, state, state_reason: reason },
  });
}

/**
 * Halts a version (devices that have it keep it), withdraws it (devices that have it return to the previous one), or resumes
 * it: devices where it failed try it again. Throws `not-found`, and `refused` when it is so already.
 */
export async function setRollout(
  runtime: Runtime,
  by: By,
  versionId: string,
  state: RolloutRow["state"],
  reason: string,
): Promise<void> {
  await changeDesired(runtime, async (tx) => {
    const row = await lockRollout(tx, versionId);
    if (row === undefined) throw problem("not-found");
    if (row.state === state) throw refused(`This version is already ${state}`);
    await change(tx, runtime, by, row, state, reason);
  });
}

/**
 * Returns devices to the previous version: the newest version in use is withdrawn. Returns the versions. Throws
 * `not-found`, and `refused` if there is no previous version.
 */
export async function rollBack(
  runtime: Runtime,
  by: By,
  artifactId: string,
  reason: string,
): Promise<{ withdrawn: RolloutRow; current: RolloutRow }> {
  return await changeDesired(runtime, async (tx) => {
    const rows = await lockRolloutsOf(tx, artifactId);
    if (rows.length === 0) throw problem("not-found");
    const [withdrawn, ...others] = rows.filter(({ state }) => state !== "withdrawn");
    const current = others.find(({ state }) => state === "active");
    if (withdrawn === undefined || current === undefined) {
      throw refused("There is no earlier version to return to");
    }
    await change(tx, runtime, by, withdrawn, "withdrawn", reason);
    return { withdrawn, current };
  });
}
