/**
 * The administrator of a Mac that waits in Setup Assistant, where its enrollment asks for one.
 *
 * @module
 */

import { commandNamed } from "../../commands/registry.ts";
import type { Decision, Scheduler } from "../plan.ts";
import { isPending } from "./queued_commands.ts";

const NAME = "account-configuration";
const COMMAND = "AccountConfiguration";

export const accountConfiguration: Scheduler = {
  name: NAME,
  consider(facts, now): Decision[] {
    const { setup, target } = facts;
    if (setup === null || !setup.account.wanted) return [];
    const about = { scheduler: NAME, subject: COMMAND };
    const reason = commandNamed(COMMAND)?.invalidFor(target) ?? null;
    if (reason !== null) return [{ ...about, outcome: "not for this target", evidence: reason }];
    const { configuredAt, refusedAt } = setup.account;
    if (configuredAt !== null) {
      return [{ ...about, outcome: "not due", evidence: `acknowledged by the Mac at ${configuredAt.toISOString()}` }];
    }
    if (refusedAt !== null) {
      return [{ ...about, outcome: "off", evidence: `refused by the Mac at ${refusedAt.toISOString()}` }];
    }
    if (isPending(facts, COMMAND, now)) return [{ ...about, outcome: "waits", evidence: "already queued" }];
    if (facts.status === "NotNow") {
      return [{ ...about, outcome: "waits", evidence: "the device answered NotNow", until: now }];
    }
    return [{
      ...about,
      outcome: "chosen",
      evidence: "the enrollment asks for a managed administrator",
      step: { kind: "admin account" },
    }];
  },
};
