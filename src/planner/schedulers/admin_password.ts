/**
 * A new password of the managed administrator, after the present one was revealed.
 *
 * @module
 */

import { commandNamed } from "../../commands/registry.ts";
import type { Decision, Scheduler } from "../plan.ts";
import { isPending } from "./queued_commands.ts";

const NAME = "admin-password";
const COMMAND = "SetAutoAdminPassword";
/** Seconds before a refused change is tried again. */
const AGAIN = 4 * 3600;

export const adminPassword: Scheduler = {
  name: NAME,
  consider(facts, now): Decision[] {
    const { target, recovery } = facts;
    if (target.channel !== "Device" || !recovery.hardwareProven) return [];
    const held = recovery.passwords.find(({ kind, proven, endedAt }) =>
      kind === "admin_password" && proven && endedAt === null
    );
    const at = held?.rotateAt ?? null;
    if (at === null) return [];
    const about = { scheduler: NAME, subject: COMMAND };
    const reason = commandNamed(COMMAND)?.invalidFor(target) ?? null;
    if (reason !== null) return [{ ...about, outcome: "not for this target", evidence: reason }];
    if (at > now) return [{ ...about, outcome: "not due", evidence: "revealed", until: at }];
    const waits = (evidence: string, until?: Date): Decision[] => [
      { ...about, outcome: "waits", evidence, ...(until === undefined ? {} : { until }) },
    ];
    if (isPending(facts, COMMAND, now)) return waits("already queued");
    if (facts.status === "NotNow") return waits("the device answered NotNow", now);
    const last = facts.inventory.askedAt.get(COMMAND);
    const again = last === undefined ? now : new Date(last.getTime() + AGAIN * 1000);
    if (again > now) return waits(`tried ${last?.toISOString() ?? ""}`, again);
    return [{ ...about, outcome: "chosen", evidence: "it was revealed", step: { kind: "admin password" } }];
  },
};
