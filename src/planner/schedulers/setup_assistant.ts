/**
 * The release of a device that waits in Setup Assistant: when all of a list of gates are open, or when its time is over.
 *
 * A person stands in front of the device, so nothing holds it for good. What fails finally, cannot reach the device or
 * waits for a value that nobody has set opens its gate; everything else ends with the deadline. The release comes before
 * everything else, also for a device that has just answered NotNow.
 *
 * @module
 */

import { commandNamed } from "../../commands/registry.ts";
import { isPresent } from "../../blueprints/observed_artifact.ts";
import type { PlanFacts, QueuedCommand } from "../facts.ts";
import type { Decision, Scheduler } from "../plan.ts";
import type { Situation } from "../situation.ts";
import { installArtifacts } from "./install_artifacts.ts";
import { isPending } from "./queued_commands.ts";

const NAME = "setup-assistant";
const COMMAND = "DeviceConfigured";
/** Seconds before a release that the device refused is tried again. */
const RETRY_SECONDS = 60;

type GateState = { open: boolean; evidence: string };

/** A gate: something that the device should have before its user goes on. */
type ReleaseGate = { subject: string; look(facts: PlanFacts, now: Date, situation: Situation): GateState };

/** Every gate. Another concern of Setup Assistant is another line. */
const GATES: readonly ReleaseGate[] = [
  { subject: "Inventory", look: inventory },
  { subject: "Artifacts", look: artifacts },
  { subject: "Account configuration", look: account },
  { subject: "FileVault", look: filevault },
];

function inventory(facts: PlanFacts, now: Date): GateState {
  const { deviceInformationAt, securityInfoAt, askedAt } = facts.inventory;
  const missing = ([["DeviceInformation", deviceInformationAt], ["SecurityInfo", securityInfoAt]] as const)
    .filter(([name, at]) =>
      at === null && commandNamed(name)?.invalidFor(facts.target) === null &&
      // It was asked, and the answer was not usable.
      (!askedAt.has(name) || isPending(facts, name, now))
    ).map(([name]) => name);
  return missing.length === 0
    ? { open: true, evidence: "collected, as far as the device answers" }
    : { open: false, evidence: `waits for ${missing.join(" and ")}` };
}

/**
 * An artifact holds the device while it is about to be installed: not once it has failed for good, nor when its next
 * attempt comes too late, nor while it waits for something else, which holds the device itself if it comes.
 */
function artifacts(facts: PlanFacts, now: Date, situation: Situation): GateState {
  const dueAt = facts.setup?.dueAt ?? null;
  const wanted = situation.deliveries.filter(({ via, waits }) => via === "command" && waits === null);
  const next = new Map(
    installArtifacts.consider(facts, now, situation).map((decision) => [decision.artifact?.versionId, decision]),
  );
  const awaited = wanted.filter(({ resolution: { version } }) => {
    const row = situation.observed.get(version.id);
    const decision = next.get(version.id);
    if (decision === undefined || (row !== undefined && isPresent(row.status))) return false;
    // Neither a licence that the App Store does not know of yet nor a person who has to sign in there holds the device.
    if (version.licence !== undefined && row !== undefined) return false;
    const { outcome, until } = decision;
    if (outcome !== "chosen" && outcome !== "waits") return false;
    return until === undefined || dueAt === null || until < dueAt;
  });
  const names = awaited.map(({ resolution: { artifact } }) => `"${artifact.name}"`);
  if (names.length > 0) return { open: false, evidence: `waits for ${names.join(", ")}` };
  return {
    open: true,
    evidence: wanted.length === 0
      ? "nothing is installed during Setup Assistant"
      : `all of ${wanted.length} installed, or not before the deadline`,
  };
}

function account({ setup, target }: PlanFacts): GateState {
  if (setup === null || !setup.account.wanted) {
    return { open: true, evidence: "the enrollment asks for no managed administrator" };
  }
  if (target.platform !== null && target.platform !== "macOS") return { open: true, evidence: "only Macs have one" };
  const { configuredAt, refusedAt } = setup.account;
  if (configuredAt !== null) return { open: true, evidence: `acknowledged at ${configuredAt.toISOString()}` };
  if (refusedAt !== null) return { open: true, evidence: `refused by the Mac at ${refusedAt.toISOString()}` };
  return { open: false, evidence: "the managed administrator is not set up yet" };
}

function filevault({ blueprint, filevault: known, target }: PlanFacts): GateState {
  const config = blueprint?.filevault ?? null;
  if (config === null || known === null) return { open: true, evidence: "the blueprint has no FileVault for it" };
  const reason = commandNamed("SetupFileVault")?.invalidFor(target) ?? null;
  // What SecurityInfo has not said yet is a gate of its own.
  if (reason !== null) return { open: true, evidence: reason };
  if (known.installed !== null) return { open: true, evidence: "the FileVault profile is installed" };
  if (known.failedAt !== null) return { open: true, evidence: `refused by the Mac at ${known.failedAt.toISOString()}` };
  return { open: false, evidence: "the FileVault profile is not installed yet" };
}

type Release = Pick<Decision, "outcome" | "evidence" | "until" | "step">;

/** Returns what happens with a release that is due; `pending` is the one that was sent before. */
function release(
  facts: PlanFacts,
  now: Date,
  { because, evidence, pending }: {
    because: "ready" | "deadline";
    evidence: string;
    pending: QueuedCommand | undefined;
  },
): Release {
  const later = (at: Date, seconds: number) => new Date(at.getTime() + seconds * 1000);
  if (pending !== undefined) {
    const send: Release = { outcome: "chosen", evidence, step: { kind: "queued", commandId: pending.id } };
    if (pending.state === "queued") return send;
    if (pending.state === "sent") {
      const again = later(pending.sentAt ?? pending.createdAt, facts.settings.resendAfterSeconds);
      return again <= now ? send : { outcome: "waits", evidence: "sent, not answered yet", until: again };
    }
    const began = facts.conversationStartedAt;
    const here = began !== null && pending.notNowAt !== null && pending.notNowAt >= began;
    if (here) return { outcome: "waits", evidence: "the device postponed it in this conversation", until: now };
    return send;
  }
  const asked = facts.inventory.askedAt.get(COMMAND);
  const again = asked === undefined || facts.setup?.since === null || asked < (facts.setup?.since ?? asked)
    ? null
    : later(asked, RETRY_SECONDS);
  if (again !== null && again > now) return { outcome: "waits", evidence: "the device refused it", until: again };
  return {
    outcome: "chosen",
    evidence,
    step: { kind: "command", name: COMMAND, arguments: { because }, inventory: true },
  };
}

export const setupAssistant: Scheduler = {
  name: NAME,
  consider(facts, now, situation): Decision[] {
    const { setup, target } = facts;
    if (setup === null || target.channel !== "Device" || target.awaitingConfiguration !== true) return [];
    const { dueAt } = setup;
    const looked = GATES.map(({ subject, look }) => ({ subject, ...look(facts, now, situation) }));
    const closed = looked.filter(({ open }) => !open);
    const late = dueAt !== null && dueAt <= now;
    const until = dueAt === null || late ? {} : { until: dueAt };
    const about = { scheduler: NAME, subject: COMMAND };
    const reason = commandNamed(COMMAND)?.invalidFor(target) ?? null;
    const waiting = `waits for: ${closed.map(({ subject }) => subject).join(", ")}; released at the latest ${
      dueAt?.toISOString() ?? "never"
    }`;
    const due = {
      because: closed.length === 0 ? "ready" as const : "deadline" as const,
      evidence: closed.length === 0 ? "all gates are open" : `its time was over at ${dueAt?.toISOString() ?? ""}`,
      pending: facts.queue.find(({ name }) => name === COMMAND),
    };
    const decision: Decision = reason !== null
      ? { ...about, outcome: "not for this target", evidence: reason }
      : closed.length > 0 && !late
      ? { ...about, outcome: "waits", evidence: waiting, ...until }
      : { ...about, ...release(facts, now, due) };
    return [
      decision,
      ...looked.map(({ subject, open, evidence }): Decision => ({
        scheduler: NAME,
        subject,
        outcome: open ? "not due" : "waits",
        evidence,
      })),
    ];
  },
};
