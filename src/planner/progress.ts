/**
 * The progress of a blueprint's devices: their desired state, and the part that they have. By the planner itself.
 *
 * @module
 */

import type { DeviceLimit } from "../../db/access/device_limit_views.ts";
import type { ChannelId, DeviceId } from "../../db/ids.ts";
import { findDeviceNames, findPlanRowsOfBlueprint, type PlanRow } from "../../db/work/plan_facts.ts";
import { findTargetArtifactsOf, type TargetArtifactRow } from "../../db/artifacts/target_artifacts.ts";
import { applyFilter } from "../blueprints/filter.ts";
import { readContent } from "../blueprints/load.ts";
import { isPresent } from "../blueprints/observed_artifact.ts";
import type { Resolution } from "../blueprints/resolve.ts";
import type { Runtime } from "../runtime.ts";
import type { PlanFacts } from "./facts.ts";
import { factsOf } from "./load.ts";
import { situate, type Situation } from "./situation.ts";

/** How far a channel is. */
export type Progress = {
  deviceId: DeviceId;
  name: string;
  serialNumber: string;
  /** "" for the device itself. */
  user: string;
  /** Artifacts that it should have and can. */
  wanted: number;
  /** Of these, those installed in the desired version. */
  present: number;
  failed: number;
  /** Artifacts that it should have and cannot. */
  impossible: number;
  /** Artifacts whose newest version for it is halted, and not there. */
  held: Held[];
};

/** A version that is halted before the channel got it, and the one that it has instead; null for none. */
export type Held = { artifactId: string; name: string; version: number; has: number | null };

function heldOf(
  { target, artifacts }: Pick<PlanFacts, "target" | "artifacts">,
  { deliveries, outOfScope, observed }: Situation,
): Held[] {
  const looked = { ...target, tags: artifacts.tags, serialNumber: artifacts.serialNumber };
  const resolutions: Resolution[] = [
    ...deliveries.map(({ resolution }) => resolution),
    ...outOfScope.filter(({ reason }) => reason === "no version"),
  ];
  return resolutions.flatMap(({ artifact, version: chosen }): Held[] => {
    const halted = artifact.versions.filter(({ state, version, filter, id }) =>
      state === "halted" && version > (chosen?.version ?? 0) && applyFilter(filter, id, looked).in
    ).sort((one, other) =>
      other.version - one.version
    )[0];
    if (halted === undefined) return [];
    const row = chosen === null ? undefined : observed.get(chosen.id);
    const has = chosen !== null && row !== undefined && isPresent(row.status) ? chosen.version : null;
    return [{ artifactId: artifact.id, name: artifact.name, version: halted.version, has }];
  });
}

function progressOf(
  row: PlanRow,
  name: string,
  facts: Pick<PlanFacts, "target" | "artifacts">,
  situation: Situation,
): Progress {
  const { deliveries, observed } = situation;
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
    held: heldOf(facts, situation),
  };
}

/** How far the first channels of a blueprint's devices are, in the order of their making. */
export async function blueprintProgress(
  runtime: Pick<Runtime, "sql" | "config" | "clock">,
  blueprintId: number,
  limit: number,
  only?: DeviceLimit,
): Promise<Progress[]> {
  const { sql, clock } = runtime;
  const rows = await findPlanRowsOfBlueprint(sql, blueprintId, 0, limit, only);
  if (rows.length === 0) return [];
  const content = (await readContent(sql, blueprintId))?.content ?? null;
  const observed = new Map<ChannelId, TargetArtifactRow[]>();
  for (const row of await findTargetArtifactsOf(sql, rows.map(({ channelId }) => channelId))) {
    const known = observed.get(row.channelId);
    if (known === undefined) observed.set(row.channelId, [row]);
    else known.push(row);
  }
  const names = await findDeviceNames(sql, rows.map(({ deviceId }) => deviceId));
  const now = clock.now();
  return rows.map((row) => {
    const found = { queue: [], observed: observed.get(row.channelId) ?? [], content, status: undefined };
    const facts = factsOf(row, found, runtime);
    return progressOf(row, names.get(row.deviceId) ?? "", facts, situate(facts, now));
  });
}
