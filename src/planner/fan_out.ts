/**
 * Fans a change out: finds the channels whose plan it changes and wakes exactly those, no faster than the rate allows.
 *
 * Saving a change costs the same however many devices there are; the work that depends on their number happens here, in
 * batches.
 *
 * @module
 */

import { beginFanOut, endFanOut, findUsedBlueprints } from "../../db/blueprints/blueprint_content.ts";
import { wakeInWave } from "../../db/work/channel_plans.ts";
import { takeWakes } from "../../db/work/desired_state.ts";
import { findPlanRowsOf, findPlanRowsOfBlueprint, type PlanRow, type Replanned } from "../../db/work/plan_facts.ts";
import { type BlueprintContent, contentDigest } from "../blueprints/content.ts";
import { readContent } from "../blueprints/load.ts";
import type { Runtime } from "../runtime.ts";
import { lookThrough } from "./look_through.ts";

/** Channels in one batch. */
const BATCH = 500;

/** The result of a fan-out. */
export type FanOut = { blueprints: number; examined: number; woken: number };

async function wakeChanged(
  runtime: Runtime,
  rows: readonly PlanRow[],
  contentOf: (blueprintId: number) => BlueprintContent | null,
): Promise<number> {
  const { sql, config } = runtime;
  const now = runtime.clock.now();
  const looked = await lookThrough(sql, runtime, rows, contentOf);
  // A channel that was never planned connects by itself.
  const changed = looked.filter(({ row, digest }) => row.desiredDigest !== null && row.desiredDigest !== digest)
    .map(({ row, digest }) => ({ channelId: row.channelId, digest }));
  if (changed.length === 0) return 0;
  await sql.begin(async (tx) => {
    const firstAt = await takeWakes(tx, changed.length, config.WAKE_RATE, now);
    await wakeInWave(tx, changed, { firstAt, perSecond: config.WAKE_RATE }, now);
  });
  return changed.length;
}

/** Checks the devices of every blueprint that changed since its last fan-out. May be interrupted and repeated. */
export async function fanOut(runtime: Runtime, signal?: AbortSignal): Promise<FanOut> {
  const { sql } = runtime;
  const result: FanOut = { blueprints: 0, examined: 0, woken: 0 };
  for (const { id, fannedOutDigest } of await findUsedBlueprints(sql)) {
    const found = (await readContent(sql, id))?.content ?? null;
    if (found === null) continue;
    const digest = contentDigest(found);
    if (digest === fannedOutDigest) continue;
    result.blueprints++;
    const claim = await beginFanOut(sql, id, digest, runtime.random.uuid());
    // Read again: a digest that a device followed before the claim is seen here, one that it follows after the claim
    // voids the claim.
    const content = (await readContent(sql, id))?.content ?? null;
    if (content === null) continue;
    for (let after = 0;;) {
      signal?.throwIfAborted();
      const rows = await findPlanRowsOfBlueprint(sql, id, after, BATCH);
      result.examined += rows.length;
      result.woken += await wakeChanged(runtime, rows, () => content);
      const last = rows.at(-1);
      if (last === undefined || rows.length < BATCH) break;
      after = last.channelId;
    }
    if (contentDigest(content) === digest) await endFanOut(sql, id, claim, digest);
  }
  return result;
}

/** Checks these devices: their tags or their blueprint changed. */
export async function replan(
  runtime: Runtime,
  which: Replanned,
  signal?: AbortSignal,
): Promise<Pick<FanOut, "examined" | "woken">> {
  const result = { examined: 0, woken: 0 };
  for (const batch of batchesOf(which)) {
    signal?.throwIfAborted();
    const rows = await findPlanRowsOf(runtime.sql, batch);
    const contents = await contentsOf(runtime, rows);
    result.examined += rows.length;
    result.woken += await wakeChanged(runtime, rows, (id) => contents.get(id) ?? null);
  }
  return result;
}

function batchesOf(which: Replanned): Replanned[] {
  const cut = <T>(all: readonly T[]) =>
    Array.from({ length: Math.ceil(all.length / BATCH) }, (_, n) => all.slice(n * BATCH, (n + 1) * BATCH));
  return "deviceIds" in which
    ? cut(which.deviceIds).map((deviceIds) => ({ deviceIds }))
    : cut(which.serialNumbers).map((serialNumbers) => ({ serialNumbers }));
}

async function contentsOf(runtime: Runtime, rows: readonly PlanRow[]): Promise<Map<number, BlueprintContent>> {
  const contents = new Map<number, BlueprintContent>();
  for (const id of new Set(rows.flatMap(({ blueprintId }) => blueprintId ?? []))) {
    const found = await readContent(runtime.sql, id);
    if (found !== null) contents.set(id, found.content);
  }
  return contents;
}
