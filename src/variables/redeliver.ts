/**
 * What was made with values that have changed since is delivered again.
 *
 * @module
 */

import { wakeChannelsInTurn } from "../../db/channel_plans.ts";
import { lockChannels } from "../../db/channels.ts";
import { takeWakes } from "../../db/desired_state.ts";
import type { NamedFact } from "../../db/enrollments.ts";
import type { Db } from "../../db/open.ts";
import { type Bearers, findWithVariables, forceTargetArtifacts } from "../../db/target_artifacts.ts";
import type { Runtime } from "../runtime.ts";

/** The variables that stand for facts of an enrollment. */
const FACTS: Readonly<Record<NamedFact, string>> = {
  name: "ENROLLED_DEVICE.NAME",
  model: "ENROLLED_DEVICE.MODEL",
  platform: "ENROLLED_DEVICE.PLATFORM",
  osVersion: "ENROLLED_DEVICE.OS_VERSION",
};

/** The variables of these facts. */
export const variablesOf = (facts: readonly NamedFact[]): string[] => facts.map((fact) => FACTS[fact]);

/**
 * Makes due again, on these devices or this channel, each version that names one of these variables, and wakes its channels no
 * faster than devices may come. To be called in the transaction that changes the values.
 */
export async function redeliver(
  tx: Db,
  { clock, config }: Pick<Runtime, "clock" | "config">,
  of: Bearers,
  variables: readonly string[],
): Promise<void> {
  if (variables.length === 0) return;
  const stale = await findWithVariables(tx, of, variables);
  if (stale.length === 0) return;
  const now = clock.now();
  const channels = [...new Set(stale.map(({ channelId }) => channelId))];
  await lockChannels(tx, channels);
  await forceTargetArtifacts(tx, stale, now);
  const firstAt = await takeWakes(tx, channels.length, config.WAKE_RATE, now);
  await wakeChannelsInTurn(tx, channels, { firstAt, perSecond: config.WAKE_RATE }, now);
}
