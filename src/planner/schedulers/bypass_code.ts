/**
 * The Activation Lock bypass code of a supervised device: asked for once after each enrollment, and again while there is no code.
 *
 * A device makes a new code when it is set up, and states it only for some days: whoever asks later learns nothing.
 *
 * @module
 */

import { commandNamed } from "../../commands/registry.ts";
import type { Decision, Scheduler } from "../plan.ts";
import { isPending } from "./queued_commands.ts";

const NAME = "bypass-code";
const COMMAND = "ActivationLockBypassCode";
const DAY = 86_400_000;
/** How long a device states its code, in milliseconds. */
const STATED = 15 * DAY;

export const bypassCode: Scheduler = {
  name: NAME,
  consider(facts, now): Decision[] {
    const { target, inventory, artifacts: { enrolledAt }, bypassCodeAt } = facts;
    if (commandNamed(COMMAND)?.invalidFor(target) !== null) return [];
    const about = { scheduler: NAME, subject: COMMAND };
    const waits = (evidence: string, until?: Date): Decision[] => [
      { ...about, outcome: "waits", evidence, ...(until === undefined ? {} : { until }) },
    ];
    if (bypassCodeAt !== null && bypassCodeAt >= enrolledAt) {
      return [{ ...about, outcome: "not due", evidence: `stated ${bypassCodeAt.toISOString()}` }];
    }
    if (isPending(facts, COMMAND, now)) return waits("already queued");
    const asked = inventory.askedAt.get(COMMAND);
    if (asked !== undefined) {
      const again = new Date(asked.getTime() + DAY);
      if (again.getTime() - enrolledAt.getTime() > STATED) {
        return [{ ...about, outcome: "off", evidence: "the device has stated no code" }];
      }
      if (again > now) return waits(`asked ${asked.toISOString()}`, again);
    }
    if (facts.status === "NotNow") return waits("the device answered NotNow", now);
    return [{
      ...about,
      outcome: "chosen",
      evidence: "not asked since the enrollment",
      step: { kind: "command", name: COMMAND, arguments: {}, inventory: true },
    }];
  },
};
