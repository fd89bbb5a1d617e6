/**
 * A new identity before the old one expires: `IDENTITY_RENEW_DAYS` before that (`settings.renewBeforeDays`).
 *
 * @module
 */

import { commandNamed } from "../../commands/registry.ts";
import type { Decision, Scheduler } from "../plan.ts";
import { isPending } from "./queued_commands.ts";

/** Seconds before another renewal is begun when the last one led to nothing. */
const RENEWAL_RETRY_SECONDS = 4 * 3600;

export const renewal: Scheduler = {
  name: "renewal",
  consider(facts, now) {
    if (facts.target.channel !== "Device") return [];
    const about = { scheduler: "renewal", subject: "Reenroll" };
    const { notAfter, renewalStartedAt } = facts.identity;
    const reason = commandNamed("Reenroll")?.invalidFor(facts.target) ?? null;
    if (reason !== null) return [{ ...about, outcome: "not for this target", evidence: reason }];
    const evidence = notAfter === null
      ? "the expiry of the identity is unknown"
      : `the identity expires ${notAfter.toISOString()}`;
    if (notAfter !== null) {
      const due = new Date(notAfter.getTime() - facts.settings.renewBeforeDays * 86_400_000);
      if (due > now) return [{ ...about, outcome: "not due", evidence, until: due }];
    }
    if (isPending(facts, "Reenroll", now)) return [{ ...about, outcome: "waits", evidence: "already sent" }];
    if (renewalStartedAt !== null) {
      const again = new Date(renewalStartedAt.getTime() + RENEWAL_RETRY_SECONDS * 1000);
      if (again > now) {
        return [{ ...about, outcome: "waits", evidence: `started ${renewalStartedAt.toISOString()}`, until: again }];
      }
    }
    const chosen: Decision = { ...about, outcome: "chosen", evidence, step: { kind: "renewal" } };
    return [
      facts.status === "NotNow"
        ? { ...about, outcome: "waits", evidence: "the device answered NotNow", until: now }
        : chosen,
    ];
  },
};
