/**
 * FileVault on Macs: the profile of their blueprint's configuration, its removal, and the rotation of recovery keys.
 *
 * @module
 */

import { commandNamed } from "../../commands/registry.ts";
import type { Json } from "../../../db/open.ts";
import { filevaultConfigUuid } from "../../filevault/config_uuid.ts";
import { filevaultIdentifier } from "../../filevault/profile.ts";
import type { PlanFacts } from "../facts.ts";
import type { Decision, Scheduler } from "../plan.ts";
import { considerInventory } from "./inventory.ts";
import { isPending } from "./queued_commands.ts";

const NAME = "filevault";
/** Seconds before something that failed is tried again. */
const RETRY_SECONDS = 4 * 3600;
/** Seconds between the questions for a recovery key that is to come: its user decides when FileVault is enabled. */
const AWAIT_KEY_SECONDS = 4 * 3600;
const DAY_SECONDS = 86_400;

type Filevault = NonNullable<PlanFacts["filevault"]>;
const later = (at: Date, seconds: number) => new Date(at.getTime() + seconds * 1000);

/** A command that is due, unless something stands in its way. */
function due(
  facts: PlanFacts,
  now: Date,
  { name, args, evidence, failedAt }: { name: string; args: Json; evidence: string; failedAt: Date | null },
): Decision {
  const about = { scheduler: NAME, subject: name };
  const reason = commandNamed(name)?.invalidFor(facts.target) ?? null;
  if (reason !== null) return { ...about, outcome: "not for this target", evidence: reason };
  if (isPending(facts, name, now)) return { ...about, outcome: "waits", evidence: "already queued" };
  const again = failedAt === null ? null : later(failedAt, RETRY_SECONDS);
  if (failedAt !== null && again !== null && again > now) {
    return { ...about, outcome: "waits", evidence: `tried without success at ${failedAt.toISOString()}`, until: again };
  }
  if (facts.status === "NotNow") {
    return { ...about, outcome: "waits", evidence: "the device answered NotNow", until: now };
  }
  return { ...about, outcome: "chosen", evidence, step: { kind: "command", name, arguments: args } };
}

function profile(facts: PlanFacts, { installed, failedAt }: Filevault, now: Date): Decision[] {
  const config = facts.blueprint?.filevault ?? null;
  if (config === null) {
    return installed === null ? [] : [due(facts, now, {
      name: "RemoveFileVault",
      args: { identifier: filevaultIdentifier(facts.settings.identifierPrefix) },
      evidence: "the blueprint has no FileVault configuration",
      failedAt,
    })];
  }
  const uuid = filevaultConfigUuid(config);
  if (installed === uuid) {
    return [{
      scheduler: NAME,
      subject: "SetupFileVault",
      outcome: "not due",
      evidence: "the FileVault profile is installed",
    }];
  }
  const evidence = installed === null
    ? "the blueprint has a FileVault configuration"
    : "the FileVault configuration of the blueprint is another one";
  return [due(facts, now, { name: "SetupFileVault", args: { config_uuid: uuid }, evidence, failedAt })];
}

function rotation(facts: PlanFacts, { prkAt, rotationAt }: Filevault, now: Date): Decision[] {
  const days = facts.blueprint?.filevault?.prkRotationIntervalDays ?? 0;
  if (days === 0 || prkAt === null) return [];
  const name = "RotateFileVaultKey";
  const about = { scheduler: NAME, subject: name };
  const at = later(prkAt, days * DAY_SECONDS);
  const evidence = `the recovery key is of ${prkAt.toISOString()}, rotated every ${days} days`;
  if (at > now) return [{ ...about, outcome: "not due", evidence, until: at }];
  // One that waits for its time, after a reveal, does as well.
  if (facts.queue.some((command) => command.name === name)) {
    return [{ ...about, outcome: "waits", evidence: "already queued" }];
  }
  return [due(facts, now, { name, args: {}, evidence, failedAt: rotationAt })];
}

/** The key of a Mac that has the profile, and whose user has still to enable FileVault. */
function awaitedKey(facts: PlanFacts, { installed, prkAt }: Filevault, now: Date): Decision[] {
  const { securityInfoAt } = facts.inventory;
  if (installed === null || prkAt !== null || securityInfoAt === null) return [];
  const wanted = { collectedAt: securityInfoAt, intervalSeconds: AWAIT_KEY_SECONDS, arguments: {} };
  return [considerInventory(NAME, "SecurityInfo", wanted, facts, now)];
}

export const filevault: Scheduler = {
  name: NAME,
  consider(facts, now): Decision[] {
    const known = facts.filevault;
    if (known === null) return [];
    return [...profile(facts, known, now), ...rotation(facts, known, now), ...awaitedKey(facts, known, now)];
  },
};
