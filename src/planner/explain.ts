/**
 * Explains a channel: what would be done if it connected now, and why the rest would not; with what its content lacks.
 *
 * @module
 */

import type { Db } from "../../db/open.ts";
import type { Runtime } from "../runtime.ts";
import { declarationDeprecated, declarationIgnored } from "../schema/declarations.ts";
import { loadVariables } from "../variables/load.ts";
import type { Delivery } from "./delivery.ts";
import { loadFacts } from "./load.ts";
import { type Plan, plan } from "./plan.ts";
import type { PlanFacts } from "./facts.ts";

/** What is worth knowing of a delivery that goes on all the same. */
function remarks(
  { resolution: { version } }: Delivery,
  target: PlanFacts["target"],
  variables: ReadonlyMap<string, string>,
): string[] {
  const missing = version.variables.filter((name) => !variables.has(name));
  const { declaration } = version;
  const deprecated = declaration === null ? null : declarationDeprecated(declaration.type, target, declaration.payload);
  const ignored = declaration === null ? [] : declarationIgnored(declaration.type, declaration.payload, target);
  return [
    ...(missing.length === 0 ? [] : [`without a value here: ${missing.map((name) => `$${name}`).join(", ")}`]),
    ...(deprecated === null ? [] : [deprecated]),
    ...ignored.map(({ message }) => message),
  ];
}

/** The plan of a channel as if a new conversation began, each decision with its remarks. */
export async function explainChannel(db: Db, runtime: Runtime, channelId: number): Promise<Plan> {
  const now = runtime.clock.now();
  const facts = await loadFacts(db, runtime, channelId, { lock: false });
  const found = plan({ ...facts, status: "Idle", conversationStartedAt: now }, now);
  const named = found.situation.deliveries.flatMap(({ resolution: { version } }) => version.variables);
  const variables = await loadVariables(db, runtime, channelId, named);
  const remarksOf = new Map(
    found.situation.deliveries.map((delivery) =>
      [delivery.resolution.artifact.id, remarks(delivery, facts.target, variables)] as const
    ),
  );
  return {
    ...found,
    decisions: found.decisions.map((decision) => {
      const notes = decision.artifact === undefined ? [] : remarksOf.get(decision.artifact.id) ?? [];
      return notes.length === 0 ? decision : { ...decision, evidence: [decision.evidence, ...notes].join("; ") };
    }),
  };
}
