/**
 * How far the devices of a blueprint are: what they should have, and what of it they have. The planner's own answer.
 *
 * @module
 */

import { findDeviceNames, findPlanRowsOfBlueprint, type PlanRow } from "../../db/plan_facts.ts";
import { findTargetArtifactsOf, type TargetArtifactRow } from "../../db/target_artifacts.ts";
import { readContent } from "../blueprints/load.ts";
import { isPresent } from "../blueprints/observed.ts";
import type { Runtime } from "../runtime.ts";
import { factsOf } from "./load.ts";
import { situate, type Situation } from "./situation.ts";

/** How far a channel is. */
export type Progress = {
  deviceId: number;
  name: string;
  serialNumber: string;
  /** "" for the device itself. */
  user: string;
  /** Artifacts that it should have and can. */
  wanted: number;
  /** Of these, those that are there in the version that they should be. */
  present: number;
  failed: number;
  /** Artifacts that it should have and cannot. */
  impossible: number;
};

function progressOf(row: PlanRow, name: string, { deliveries, observed }: Situation): Progress {
  const possible = deliveries.filter(({ impossible }) => impossible === null);
  const rows = possible.map(({ resolution: { version } }) => ({ version, row: observed.get(version.id) }));
  return {
    deviceId: row.deviceId,
    name,
    serialNumber: row.serialNumber,
    user: row.userKey,
    wanted: possible.length,
    present:
      rows.filter(({ version, row }) =>
        row !== undefined && isPresent(row.status) && row.contentRevision === version.contentRevision
      ).length,
    failed: rows.filter(({ row }) => row?.status === "Failed").length,
    impossible: deliveries.length - possible.length,
  };
}

/** How far the first channels of a blueprint's devices are, in the order of their making. */
export async function blueprintProgress(
  runtime: Pick<Runtime, "sql" | "config" | "clock">,
  blueprintId: number,
  limit: number,
): Promise<Progress[]> {
  const { sql, clock } = runtime;
  const rows = await findPlanRowsOfBlueprint(sql, blueprintId, 0, limit);
  if (rows.length === 0) return [];
  const content = (await readContent(sql, blueprintId))?.content ?? null;
  const observed = new Map<number, TargetArtifactRow[]>();
  for (const row of await findTargetArtifactsOf(sql, rows.map(({ channelId }) => channelId))) {
    const known = observed.get(row.channelId);
    if (known === undefined) observed.set(row.channelId, [row]);
    else known.push(row);
  }
  const names = await findDeviceNames(sql, rows.map(({ deviceId }) => deviceId));
  const now = clock.now();
  return rows.map((row) => {
    const found = { queue: [], observed: observed.get(row.channelId) ?? [], content, status: undefined };
    return progressOf(row, names.get(row.deviceId) ?? "", situate(factsOf(row, found, runtime), now));
  });
}
