/**
 * The common part of the inventory schedulers: a command that is due when its answer is older than an interval.
 *
 * @module
 */

import type { Json } from "../../../db/open.ts";
import { commandNamed } from "../../commands/registry.ts";
import type { PlanFacts } from "../facts.ts";
import type { Decision } from "../plan.ts";
import { isPending } from "./queued_commands.ts";

/** Seconds before an inventory command that led to nothing is sent again. */
const RETRY_SECONDS = 3600;

/** Considers one inventory command. */
export function considerInventory(
  scheduler: string,
  name: string,
  inventory: { collectedAt: Date | null; intervalSeconds: number; arguments: Json },
  facts: PlanFacts,
  now: Date,
): Decision {
  const about = { scheduler, subject: name };
  const { collectedAt, intervalSeconds } = inventory;
  const command = commandNamed(name);
  const reason = command === undefined
    ? "this version of the server does not know it"
    : command.invalidFor(facts.target);
  if (reason !== null) return { ...about, outcome: "not for this target", evidence: reason };
  if (isPending(facts, name, now)) return { ...about, outcome: "waits", evidence: "already requested" };
  const askedAt = facts.inventory.askedAt.get(name);
  if (askedAt !== undefined && (collectedAt === null || askedAt > collectedAt)) {
    const again = new Date(askedAt.getTime() + RETRY_SECONDS * 1000);
    const evidence = `requested ${askedAt.toISOString()} without a usable answer`;
    if (again > now) return { ...about, outcome: "waits", evidence, until: again };
  }
  if (collectedAt !== null) {
    const due = new Date(collectedAt.getTime() + intervalSeconds * 1000);
    const evidence = `collected ${collectedAt.toISOString()}, due every ${intervalSeconds} s`;
    if (due > now) return { ...about, outcome: "not due", evidence, until: due };
    return choose(evidence);
  }
  return choose("never collected");

  function choose(evidence: string): Decision {
    if (facts.status === "NotNow") {
      return { ...about, outcome: "waits", evidence: "the device answered NotNow", until: now };
    }
    const step = { kind: "command" as const, name, arguments: inventory.arguments, inventory: true as const };
    return { ...about, outcome: "chosen", evidence, step };
  }
}
