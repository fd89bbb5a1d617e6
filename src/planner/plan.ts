/**
 * The next step of a device, with the reasons.
 *
 * Pure: the same facts at the same time give the same plan. The connect endpoint uses `next`; `decisions` has the
 * reasons, one for each item that was considered.
 *
 * @module
 */

import type { Json } from "../../db/open.ts";
import type { PlanFacts } from "./facts.ts";
import { accountConfiguration } from "./schedulers/account_configuration.ts";
import { adminPassword } from "./schedulers/admin_password.ts";
import { baseInventory } from "./schedulers/base_inventory.ts";
import { bypassCode } from "./schedulers/bypass_code.ts";
import { confirmInstallations } from "./schedulers/confirm_installations.ts";
import { declarations } from "./schedulers/declarations.ts";
import { extraInventory } from "./schedulers/extra_inventory.ts";
import { filevault } from "./schedulers/filevault.ts";
import { installArtifacts } from "./schedulers/install_artifacts.ts";
import { queuedCommands } from "./schedulers/queued_commands.ts";
import { recoveryPassword } from "./schedulers/recovery_password.ts";
import { removeArtifacts } from "./schedulers/remove_artifacts.ts";
import { renewal } from "./schedulers/renewal.ts";
import { setupAssistant } from "./schedulers/setup_assistant.ts";
import { softwareUpdate } from "./schedulers/software_update.ts";
import { unansweredCommands } from "./schedulers/unanswered_commands.ts";
import { situate, type Situation } from "./situation.ts";

/**
 * The step: send a command of the queue, a new one, a new identity's enrollment profile, a new account; or drop one that
 * is no longer needed.
 */
export type Step =
  | { kind: "queued"; commandId: number }
  /**
   * `singleton`: the key of commands that may be pending only once, the name by default. `inventory`: a query, not to
   * be repeated immediately.
   */
  | { kind: "command"; name: string; arguments: Json; singleton?: string; inventory?: true }
  | { kind: "renewal" }
  /** The administrator of a Mac in Setup Assistant, with a new password. */
  | { kind: "admin account" }
  /** A new recovery password of the settings, or the removal of the present one: `name` is the command. */
  | { kind: "recovery password"; name: string; clear: boolean }
  /** A new password of the managed administrator. */
  | { kind: "admin password" }
  | { kind: "cancel"; commandId: number };

/** An item that was considered, and the outcome. */
export type Decision = {
  scheduler: string;
  /** Its subject, e.g. a command's name. */
  subject: string;
  outcome: "chosen" | "not due" | "waits" | "not for this target" | "off";
  /** The evidence as a sentence, e.g. `collected 2026-06-01T12:00:00Z, due every 86400 s`. */
  evidence: string;
  /** When this may be otherwise without anything else changing. */
  until?: Date;
  step?: Step;
  /** The artifact that it is about, and the version where one is in scope. */
  artifact?: { id: string; versionId: string | null };
};

/** One concern: considers its subjects in their order. */
export type Scheduler = { name: string; consider(facts: PlanFacts, now: Date, situation: Situation): Decision[] };

/**
 * All concerns, the most urgent first. `nextOfQueue` relies on the queue being the first one for a device that does not
 * wait in Setup Assistant.
 */
const SCHEDULERS: readonly Scheduler[] = [
  setupAssistant,
  queuedCommands,
  baseInventory,
  accountConfiguration,
  renewal,
  declarations,
  softwareUpdate,
  installArtifacts,
  removeArtifacts,
  confirmInstallations,
  filevault,
  recoveryPassword,
  adminPassword,
  bypassCode,
  extraInventory,
  unansweredCommands,
];

/** A plan: the step to take now, why, and when to plan again if nothing happens before. */
export type Plan = { next: Step | null; decisions: Decision[]; planAgainAt: Date | null; situation: Situation };

/** Returns the plan of a channel at `now`. */
export function plan(facts: PlanFacts, now: Date): Plan {
  const situation = situate(facts, now);
  const decisions = SCHEDULERS.flatMap((scheduler) => scheduler.consider(facts, now, situation));
  const chosen = decisions.find(({ outcome }) => outcome === "chosen");
  const times = decisions.flatMap(({ until }) => until === undefined ? [] : [until.getTime()]);
  return {
    next: chosen?.step ?? null,
    decisions,
    planAgainAt: chosen !== undefined ? now : times.length === 0 ? null : new Date(Math.min(...times)),
    situation,
  };
}
