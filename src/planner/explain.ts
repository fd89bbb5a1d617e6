/**
 * Explains a channel: the next step if it connected now, the reasons against the others, and the missing values of its
 * content.
 *
 * @module
 */

import type { ChannelId } from "../../db/ids.ts";
import type { Db } from "../../db/open.ts";
import type { Runtime } from "../runtime.ts";
import { declarationDeprecated, declarationIgnored } from "../apple_schema/declarations.ts";
import type { Delivery } from "./delivery.ts";
import { lacking, valuesAwaited } from "./held.ts";
import { loadFacts } from "./load.ts";
import { type Plan, plan } from "./plan.ts";
import type { PlanFacts } from "./facts.ts";

/** Remarks on a delivery that takes place nevertheless. */
function remarks(
  { resolution: { artifact, version } }: Delivery,
  target: PlanFacts["target"],
  values: ReadonlySet<string>,
  evidence: string,
): string[] {
  const missing = lacking(version, values);
  const awaited = valuesAwaited(artifact, version, values);
  const said = missing.length === 0 || (awaited !== null && evidence.includes(awaited));
  const { declaration } = version;
  const deprecated = declaration === null ? null : declarationDeprecated(declaration.type, target, declaration.payload);
  const ignored = declaration === null ? [] : declarationIgnored(declaration.type, declaration.payload, target);
  return [
    ...(said ? [] : [`without a value here: ${missing.map((name) => `$${name}`).join(", ")}`]),
    ...(deprecated === null ? [] : [deprecated]),
    ...ignored.map(({ message }) => message),
  ];
}

/** Returns the plan of a channel as if a new conversation began, each decision with its remarks. */
export async function explainChannel(db: Db, runtime: Runtime, channelId: ChannelId): Promise<Plan> {
  const now = runtime.clock.now();
  const facts = await loadFacts(db, runtime, channelId);
  const found = plan({ ...facts, status: "Idle", conversationStartedAt: now }, now);
  const deliveries = new Map(found.situation.deliveries.map((one) => [one.resolution.artifact.id, one]));
  return {
    ...found,
    decisions: found.decisions.map((decision) => {
      const delivery = decision.artifact === undefined ? undefined : deliveries.get(decision.artifact.id);
      const { values } = facts.artifacts;
      const notes = delivery === undefined ? [] : remarks(delivery, facts.target, values, decision.evidence);
      return notes.length === 0 ? decision : { ...decision, evidence: [decision.evidence, ...notes].join("; ") };
    }),
  };
}
