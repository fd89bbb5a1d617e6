/**
 * Stores the digest that a channel follows, so that fan-outs know the affected channels.
 *
 * @module
 */

import { recordFollowed } from "../../db/blueprints/blueprint_content.ts";
import type { ChannelId } from "../../db/ids.ts";
import { recordDigest } from "../../db/work/channel_plans.ts";
import type { Tx } from "../../db/open.ts";
import { contentDigest } from "../blueprints/content.ts";
import { desiredDigest } from "./digest.ts";
import type { LoadedFacts } from "./load.ts";
import type { Situation } from "./situation.ts";

/**
 * Keeps what the channel should have now; answers whether that is something else than before.
 *
 * A device that comes between a change and its fan-out follows what no fan-out has seen. When the change is taken back before
 * that, the blueprint is what it was at its last fan-out: that it was something else in between is kept with it.
 */
export async function follow(
  tx: Tx,
  channelId: ChannelId,
  facts: LoadedFacts,
  situation: Situation,
  now: Date,
): Promise<boolean> {
  const digest = desiredDigest(facts.blueprint, situation);
  if (digest === facts.desiredDigest) return false;
  await recordDigest(tx, channelId, digest, now);
  if (facts.blueprint !== null) await recordFollowed(tx, facts.blueprint.id, contentDigest(facts.blueprint));
  return true;
}
