/**
 * Checks channels for those whose plan has changed.
 *
 * @module
 */

import type { ChannelId } from "../../db/ids.ts";
import type { PlanRow } from "../../db/work/plan_facts.ts";
import type { Db } from "../../db/open.ts";
import { findTargetArtifactsOf, type TargetArtifactRow } from "../../db/artifacts/target_artifacts.ts";
import type { BlueprintContent } from "../blueprints/content.ts";
import type { Runtime } from "../runtime.ts";
import { desiredDigest } from "./digest.ts";
import { licenceNeeds } from "./licence_needs.ts";
import { factsOf, type LoadedFacts } from "./load.ts";
import { situate, type Situation } from "./situation.ts";

/** A channel as it should be. */
export type Looked = { row: PlanRow; facts: LoadedFacts; situation: Situation; digest: string };

/** Whether a channel's desired state depends on its actual state. */
const dependsOnObserved = (content: BlueprintContent | null): boolean =>
  [...content?.artifacts.values() ?? []].some(({ autoUpdate, holdWithoutValues, requires, versions }) =>
    !autoUpdate || holdWithoutValues || requires.length > 0 ||
    versions.some(({ state, licence }) => state === "halted" || licence !== undefined)
  );

/** Returns the desired states of channels. Their observations are read only if they matter. */
export async function lookThrough(
  db: Db,
  runtime: Pick<Runtime, "config" | "clock">,
  rows: readonly PlanRow[],
  contentOf: (blueprintId: number) => BlueprintContent | null,
): Promise<Looked[]> {
  const now = runtime.clock.now();
  const content = (row: PlanRow) => (row.blueprintId === null ? null : contentOf(row.blueprintId));
  const asked = rows.filter((row) => dependsOnObserved(content(row))).map(({ channelId }) => channelId);
  const observed = new Map<ChannelId, TargetArtifactRow[]>();
  for (const row of asked.length === 0 ? [] : await findTargetArtifactsOf(db, asked)) {
    observed.set(row.channelId, [...observed.get(row.channelId) ?? [], row]);
  }
  return rows.map((row) => {
    const found = { queue: [], observed: observed.get(row.channelId) ?? [], content: content(row), status: undefined };
    const facts = factsOf(row, found, runtime);
    const situation = situate(facts, now);
    const digest = desiredDigest(facts.blueprint, situation);
    // What is installed and has lost its licence at Apple is to reserve another one.
    const { reserve } = licenceNeeds(facts, situation);
    return { row, facts, situation, digest: reserve.length === 0 ? digest : `${digest} ${reserve.join()}` };
  });
}
