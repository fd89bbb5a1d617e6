/**
 * Delivers artifacts again whose values have changed.
 *
 * @module
 */

import type { ChannelId } from "../../db/ids.ts";
import { findPlaceless, wakeChannelsInTurn, wakeWithoutPlace } from "../../db/work/channel_plans.ts";
import { lockChannels } from "../../db/work/channels.ts";
import { takeWakes } from "../../db/work/desired_state.ts";
import type { NamedFact } from "../../db/enrollment/enrollments.ts";
import type { Db } from "../../db/open.ts";
import {
  type Bearers,
  type ChangedBy,
  findHolding,
  findWithVariables,
  forceTargetArtifacts,
} from "../../db/artifacts/target_artifacts.ts";
import type { Runtime } from "../runtime.ts";

/** The variables for facts of an enrollment. */
const FACTS: Readonly<Record<NamedFact, string>> = {
  name: "ENROLLED_DEVICE.NAME",
  model: "ENROLLED_DEVICE.MODEL",
  platform: "ENROLLED_DEVICE.PLATFORM",
  osVersion: "ENROLLED_DEVICE.OS_VERSION",
};

/** Returns the variables of these facts. */
export const variablesOf = (facts: readonly NamedFact[]): string[] => facts.map((fact) => FACTS[fact]);

/** Seconds from one place in the queue of wakes to the next that a device may take for one of its channels. */
const DEVICE_WAKE_SECONDS = 600;

/**
 * Marks each version that names one of these variables as due again, on these devices or this channel, and wakes its
 * channels and those on which something may wait for a value, no faster than devices may come. To be called in the
 * transaction that changes the values.
 *
 * The attack: one device that changes its name over and over takes so many places in the queue of wakes that all others wait.
 * So what is due already takes none, and what a device changes takes one in `DEVICE_WAKE_SECONDS` for each of its channels.
 */
export async function redeliver(
  tx: Db,
  { clock, config }: Pick<Runtime, "clock" | "config">,
  of: Bearers,
  variables: readonly string[],
  changedBy: ChangedBy,
): Promise<void> {
  if (variables.length === 0) return;
  const now = clock.now();
  const channelsOf = (
    rows: readonly { channelId: ChannelId }[],
  ) => [...new Set(rows.map(({ channelId }) => channelId))];
  const holding = await findHolding(tx, of, variables);
  const channels = [...new Set([...channelsOf(await findWithVariables(tx, of, variables)), ...holding])];
  if (channels.length === 0) return;
  await lockChannels(tx, channels);
  // Read again: an artifact to reinstall may have been installed before the lock.
  const stale = (await findWithVariables(tx, of, variables)).filter(({ forced }) => !forced);
  const woken = [...new Set([...channelsOf(stale), ...holding])];
  if (woken.length === 0) return;
  if (stale.length > 0) await forceTargetArtifacts(tx, stale, changedBy, now);
  const placeless = await findPlaceless(tx, woken, now);
  const limit = now.getTime() - DEVICE_WAKE_SECONDS * 1000;
  const later = changedBy === "operator"
    ? []
    : placeless.filter(({ redeliveredAt }) => (redeliveredAt?.getTime() ?? 0) > limit);
  const limited = new Set(later.map(({ id }) => id));
  const placed = placeless.map(({ id }) => id).filter((id) => !limited.has(id));
  if (placed.length > 0) {
    const firstAt = await takeWakes(tx, placed.length, config.WAKE_RATE, now);
    const wave = { firstAt, perSecond: config.WAKE_RATE, byDevice: changedBy === "device" };
    await wakeChannelsInTurn(tx, placed, wave, now);
  }
  const others = woken.filter((id) => !placed.includes(id));
  await wakeWithoutPlace(tx, others, { ids: [...limited], seconds: DEVICE_WAKE_SECONDS }, now);
}
