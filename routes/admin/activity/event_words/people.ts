/**
 * Events of people: sign-ins, changes, approvals.
 *
 * @module
 */

import { isAboutOne, sensitiveWords } from "../../parts/sensitive_words.ts";
import { auditSentence } from "../audit_words.ts";
import type { EventFacts, Piece } from "../event_facts.ts";
import { type EventFamily, lower } from "./words.ts";

/** A sensitive action in words, with its device. */
function sensitive(facts: EventFacts): Piece[] {
  const words = sensitiveWords(facts.at("action"), facts.at("name"));
  return isAboutOne(facts.at("action")) ? [`${words} `, lower(facts.device)] : [words];
}

const because = (facts: EventFacts): string => facts.at("reason") === "" ? "" : `: ${facts.at("reason")}`;

/** By type. */
export const PEOPLE_EVENTS: EventFamily = {
  zentral_audit: { label: "Changes by people", say: auditSentence },
  zentral_login: { label: "Sign-ins", say: (facts) => [facts.actor, " signed in"] },
  zentral_logout: { label: "Sign-outs", say: (facts) => [facts.actor, " signed out"] },
  zentral_failed_login: {
    label: "Failed sign-ins",
    say: (facts) => [
      facts.at("user", "username") === "" ? "A sign-in failed" : `A sign-in of ${facts.at("user", "username")} failed`,
    ],
  },
  approval_requested: {
    label: "Approvals requested",
    say: (facts) => [facts.actor, " asked for approval to ", ...sensitive(facts), because(facts)],
  },
  approval_approved: {
    label: "Approvals given",
    say: (facts) => [
      facts.actor,
      ` approved the request of ${facts.at("requester")} to `,
      ...sensitive(facts),
      because(facts),
    ],
  },
  approval_declined: {
    label: "Approvals declined",
    say: (facts) => [
      facts.actor,
      ` declined the request of ${facts.at("requester")} to `,
      ...sensitive(facts),
      because(facts),
    ],
  },
  approval_failed: {
    label: "Approved actions that failed",
    say: (facts) => [
      facts.actor,
      ` approved the request of ${facts.at("requester")} to `,
      ...sensitive(facts),
      `, but: ${facts.at("outcome")}`,
    ],
  },
  approval_expired: {
    label: "Approvals expired",
    say: (facts) => [`The request of ${facts.at("requester")} to `, ...sensitive(facts), " expired"],
  },
  approval_used: {
    label: "Approvals used",
    say: (facts) => [facts.actor, " used the approval to ", ...sensitive(facts), because(facts)],
  },
  reason_given: {
    label: "Reasons given",
    say: (facts) => [facts.actor, " gave a reason to ", ...sensitive(facts), because(facts)],
  },
};
