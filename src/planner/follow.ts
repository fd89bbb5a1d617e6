/**
 * Stores the digest that a channel follows, so that fan-outs know the affected channels.
 *
 * @module
 */

import { recordFollowed } from "../../db/blueprints/blueprint_content.ts";
import type { ChannelId } from "../../db/ids.ts";
import { discardPreparedList, recordDigest } from "../../db/work/channel_plans.ts";
import type { Tx } from "../../db/open.ts";
import { contentDigest } from "../blueprints/content.ts";
import { desiredDigest } from "./digest.ts";
import type { LoadedFacts } from "./load.ts";
import type { Situation } from "./situation.ts";

/**
 * Stores the digest of the channel's desired state; returns whether it changed.
 *
 * A device that connects between a change and its fan-out follows a digest that no fan-out has seen. If the change is
 * reverted before the fan-out, the blueprint is the same as at its last fan-out: that it differed in between is stored
 * with it.
 */
export async function follow(
  tx: Tx,
  channelId: ChannelId,
  facts: LoadedFacts & { preparedToken: string | null },
  situation: Situation,
  now: Date,
): Promise<boolean> {
  // Also what the digest does not include, such as the device's OS version, makes another list.
  if (facts.preparedToken !== null && facts.preparedToken !== situation.declarations.token) {
    await discardPreparedList(tx, channelId);
  }
  const digest = desiredDigest(facts.blueprint, situation);
  if (digest === facts.desiredDigest) return false;
  await recordDigest(tx, channelId, digest, now);
  if (facts.blueprint !== null) await recordFollowed(tx, facts.blueprint.id, contentDigest(facts.blueprint));
  return true;
}
