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
import { licenceNeeds } from "./licence_needs.ts";
import type { ConversationFacts, LoadedFacts } from "./load.ts";
import type { Plan } from "./plan.ts";
import type { Situation } from "./situation.ts";

/** Also what the digest does not include, such as the device's OS version, makes another list of declarations. */
const isListOld = ({ preparedToken }: { preparedToken: string | null }, { declarations }: Situation): boolean =>
  preparedToken !== null && preparedToken !== declarations.token;

/** Whether a plan changes nothing: no command is to be sent, no licence moves, and the channel follows it already. */
export function isSettled(facts: ConversationFacts, { next, situation }: Pick<Plan, "next" | "situation">): boolean {
  if (next !== null || isListOld(facts, situation)) return false;
  const { reserve, release } = licenceNeeds(facts, situation);
  return reserve.length + release.length === 0 && desiredDigest(facts.blueprint, situation) === facts.desiredDigest;
}

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
  if (isListOld(facts, situation)) await discardPreparedList(tx, channelId);
  const digest = desiredDigest(facts.blueprint, situation);
  if (digest === facts.desiredDigest) return false;
  await recordDigest(tx, channelId, digest, now);
  if (facts.blueprint !== null) await recordFollowed(tx, facts.blueprint.id, contentDigest(facts.blueprint));
  return true;
}
