/**
 * Artifacts that are delivered by command: installs those in scope that are missing, in the order of requirements, and
 * states why the rest of the blueprint is not for this channel. `src/blueprints/observed_artifact.ts` decides when a
 * failed installation is retried.
 *
 * @module
 */

import { artifactType, installCommand } from "../../blueprints/artifact_types.ts";
import type { ContentArtifact } from "../../blueprints/content.ts";
import { isPresent, type ObservedArtifact } from "../../blueprints/observed_artifact.ts";
import { heldUntil } from "../../blueprints/reinstall_pace.ts";
import type { InScope } from "../../blueprints/resolve.ts";
import { parseOsVersion } from "../../protocol/os_version.ts";
import type { Delivery } from "../delivery.ts";
import type { PlanFacts } from "../facts.ts";
import { valuesAwaited } from "../held.ts";
import type { Decision, Scheduler } from "../plan.ts";
import type { Situation } from "../situation.ts";

const NAME = "install-artifacts";
const DAY_MS = 86_400_000;
const NUMBERS = { No: 0, Major: 1, Minor: 2, Patch: 3 } as const;

type Answer = Pick<Decision, "outcome" | "evidence" | "until">;

function olderSystem(artifact: ContentArtifact, installed: string, current: string): boolean {
  const count = NUMBERS[artifact.reinstallOnOsUpdate];
  const [then, today] = [parseOsVersion(installed).numbers, parseOsVersion(current).numbers];
  for (let n = 0; n < count; n++) {
    const difference = (today[n] ?? 0) - (then[n] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

/**
 * Whether the App Store has a newer version of an app than the device has and than it was asked to install. A catalogue that
 * goes back to an earlier version, and then forth, is no reason to ask again.
 */
function isOutdated({ storeVersion: has, storeVersionAsked: asked }: ObservedArtifact, latest: string): boolean {
  const isNumber = (text: string) => /^\d{1,18}$/.test(text);
  return isNumber(has) && isNumber(latest) && BigInt(latest) > BigInt(has) &&
    (!isNumber(asked) || BigInt(latest) > BigInt(asked));
}

/** Whether an installed version must be installed again. */
function considerPresent(
  { artifact, version }: InScope,
  row: ObservedArtifact,
  facts: PlanFacts,
  now: Date,
  { storeVersions }: Situation,
): Answer {
  const { osVersion } = facts.target;
  if (row.contentRevision < version.contentRevision) {
    return { outcome: "chosen", evidence: "the content of the version has changed since then" };
  }
  if (olderSystem(artifact, row.osVersionAtInstallTime, osVersion)) {
    return { outcome: "chosen", evidence: `installed on ${row.osVersionAtInstallTime}, the device has ${osVersion}` };
  }
  const latest = storeVersions.get(version.id);
  if (latest !== undefined && isOutdated(row, latest)) {
    const display = facts.artifacts.licences.get(version.licence?.asset ?? 0)?.displayVersion ?? "";
    return { outcome: "chosen", evidence: `the App Store has a newer version: ${display === "" ? latest : display}` };
  }
  const at = row.installedAt?.toISOString() ?? "an unknown time";
  const evidence = row.verifiedAt === null
    ? `acknowledged by the device at ${at}`
    : `listed by the device at ${row.verifiedAt.toISOString()}`;
  if (artifact.reinstallInterval === 0) return { outcome: "not due", evidence };
  const due = new Date((row.installedAt?.getTime() ?? 0) + artifact.reinstallInterval * DAY_MS);
  return due <= now
    ? { outcome: "chosen", evidence: `installed at ${at}, due every ${artifact.reinstallInterval} days` }
    : { outcome: "not due", evidence, until: due };
}

/** An installation that the device has accepted: `confirm_installations.ts` asks for it. */
function awaited({ checkAt, checks, extraInfo }: ObservedArtifact): Answer {
  const evidence = `accepted by the device, not confirmed yet: ${JSON.stringify(extraInfo)}`;
  return checkAt === null
    ? { outcome: "waits", evidence: checks === 0 ? evidence : `${evidence}, no more questions after ${checks}` }
    : { outcome: "waits", evidence: `${evidence}, asked ${checks} times`, until: checkAt };
}

function consider({ resolution }: Delivery, facts: PlanFacts, now: Date, situation: Situation): Answer {
  const { observed } = situation;
  const { artifact, version } = resolution;
  const rows = [...observed.values()].filter(({ artifactId }) => artifactId === artifact.id);
  const pending = facts.queue.find(({ artifactVersion }) =>
    artifactVersion !== null && artifact.versions.some(({ id }) => id === artifactVersion)
  );
  if (pending !== undefined) return { outcome: "waits", evidence: `${pending.name} is already queued` };
  const declared = rows.find((row) => row.via === "declaration" && isPresent(row.status));
  if (declared !== undefined && facts.artifacts.declarative.enabled) {
    return { outcome: "waits", evidence: "the device has it by declaration, which is removed first" };
  }
  const row = observed.get(version.id);
  if (row === undefined) return { outcome: "chosen", evidence: resolution.evidence };
  switch (row.status) {
    case "Acknowledged":
    case "Installed":
      return row.via === "command"
        ? considerPresent(resolution, row, facts, now, situation)
        : { outcome: "chosen", evidence: "it was installed by declaration before" };
    case "AwaitingConfirmation":
      return awaited(row);
    case "Uninstalled":
      return { outcome: "chosen", evidence: `not on the device; ${resolution.evidence}` };
    case "ForceReinstall":
      return { outcome: "chosen", evidence: "an operator requested a reinstallation" };
    case "RemovalFailed":
      return { outcome: "chosen", evidence: "in scope again after a failed removal" };
    case "Failed":
      return row.retryAt === null
        ? { outcome: "off", evidence: `failed, no more retries: ${JSON.stringify(row.extraInfo)}` }
        : row.retryAt > now
        ? { outcome: "waits", evidence: `failed: ${JSON.stringify(row.extraInfo)}`, until: row.retryAt }
        : { outcome: "chosen", evidence: `failed ${row.retryCount} times, retried` };
  }
}

/** Returns the decision, postponed if the device has caused too many installations. */
function paced(answer: Answer, { resolution: { version } }: Delivery, { artifacts }: PlanFacts, now: Date): Answer {
  const pace = artifacts.paces.get(version.id);
  const until = heldUntil(pace, version.contentRevision, now);
  if (answer.outcome !== "chosen" || pace === undefined || until === null) return answer;
  const evidence = `${answer.evidence}; sent ${
    pace.repeats + 1
  } times without a change on the server, next attempt from ${until.toISOString()}`;
  return { outcome: "waits", evidence, until };
}

function decide(delivery: Delivery, facts: PlanFacts, now: Date, situation: Situation): Decision {
  const { artifact, version } = delivery.resolution;
  const about = { scheduler: NAME, subject: artifact.name, artifact: { id: artifact.id, versionId: version.id } };
  if (delivery.impossible !== null) {
    return { ...about, outcome: "not for this target", evidence: delivery.impossible };
  }
  const found = delivery.waits === null
    ? paced(consider(delivery, facts, now, situation), delivery, facts, now)
    : { outcome: "waits" as const, evidence: delivery.waits };
  // An installed version is not installed again without its values either.
  const awaited = found.outcome === "chosen" ? valuesAwaited(artifact, version, facts.artifacts.values) : null;
  const answer: Answer = awaited === null ? found : { outcome: "waits", evidence: `${found.evidence}; ${awaited}` };
  const name = installCommand(artifact.type, facts.target.platform);
  if (answer.outcome !== "chosen" || name === null) return { ...about, ...answer };
  if (facts.status === "NotNow") {
    return { ...about, outcome: "waits", evidence: "the device answered NotNow", until: now };
  }
  const latest = version.licence === undefined ? "" : facts.artifacts.licences.get(version.licence.asset)?.storeVersion;
  const step = {
    kind: "command" as const,
    name,
    arguments: {
      artifact_version: version.id,
      content_revision: version.contentRevision,
      ...(latest === undefined || latest === "" ? {} : { store_version: latest }),
    },
    singleton: `${name} ${artifact.id}`,
  };
  return { ...about, ...answer, step };
}

export const installArtifacts: Scheduler = {
  name: NAME,
  consider(facts, now, situation) {
    const byCommand = situation.deliveries.filter(({ via, impossible, resolution }) =>
      via === "command" || (impossible !== null && artifactType(resolution.artifact.type).section === null)
    );
    return [
      ...byCommand.map((delivery) => decide(delivery, facts, now, situation)),
      ...situation.outOfScope.filter(({ reason }) => reason !== "other channel").map((
        { artifact, evidence },
      ): Decision => ({
        scheduler: NAME,
        subject: artifact.name,
        artifact: { id: artifact.id, versionId: null },
        outcome: "off",
        evidence,
      })),
    ];
  },
};
