/**
 * The artifacts that a channel should have from its blueprint, in the order of their requirements, and the reasons
 * against the others.
 *
 * Pure. The order of artifacts, requirements and versions in the input does not matter.
 *
 * @module
 */

import { type BlueprintContent, byName, type ContentArtifact, type ContentVersion } from "./content.ts";
import { applyFilter, type FilterTarget } from "./filter.ts";
import { isThere, type ObservedArtifact } from "./observed_artifact.ts";

/** The facts of a channel that are checked. */
export type ResolveTarget = FilterTarget & {
  channel: "Device" | "User";
  awaitingConfiguration: boolean | null;
};

/** Why an artifact is in or out; stable codes. */
export type ResolutionReason =
  | "in scope"
  | "other channel"
  | "setup assistant"
  | "blueprint filter"
  | "no version"
  | "requirement"
  | "cycle";

/** An artifact that the channel should have, in the version that it should have. */
export type InScope = {
  artifact: ContentArtifact;
  version: ContentVersion;
  reason: "in scope";
  evidence: string;
  /** A newer version that the target should have and cannot run, with the reason. */
  passedOver: PassedOver | null;
};

/** A version that a target cannot run. */
export type PassedOver = { version: ContentVersion; reason: string };

/** The facts that depend on how artifacts are delivered to the target. */
export type Judgement = {
  /** Why the target cannot run a version; null when it can. */
  refusal(version: ContentVersion): string | null;
  /** Whether an installed artifact stays: if its way of delivery changes, it is removed first. */
  stays(row: ObservedArtifact): boolean;
};

/** An artifact that it should not have. */
export type OutOfScope = {
  artifact: ContentArtifact;
  version: null;
  reason: Exclude<ResolutionReason, "in scope">;
  evidence: string;
};

/** The outcome for an artifact. */
export type Resolution = InScope | OutOfScope;

type Choice = { version: ContentVersion; evidence: string; passedOver: PassedOver | null };

/**
 * Returns the newest version whose filter the target matches and that it supports: not a withdrawn one, a halted one
 * only if it is already installed, and the installed older one if the artifact does not update automatically. If the
 * target supports none, the newest: the code that delivers it reports the reason.
 */
function chooseVersion(
  artifact: ContentArtifact,
  target: ResolveTarget,
  observed: ReadonlyMap<string, ObservedArtifact>,
  judgement: Judgement,
): Choice | { version: null; evidence: string } {
  const refusals: string[] = [];
  let chosen: Choice | undefined;
  let passedOver: PassedOver | null = null;
  let unable: Choice | undefined;
  for (const version of [...artifact.versions].sort((one, other) => other.version - one.version)) {
    const row = observed.get(version.id);
    const here = row !== undefined && isThere(row) && judgement.stays(row);
    const no = (evidence: string) => refusals.push(`version ${version.version}: ${evidence}`);
    if (version.state === "withdrawn") {
      no("withdrawn");
      continue;
    }
    if (version.state === "halted" && !here) {
      no("its rollout is halted");
      continue;
    }
    const answer = applyFilter(version.filter, version.id, target);
    if (!answer.in) {
      no(answer.evidence);
      continue;
    }
    const evidence = `version ${version.version}: ${answer.evidence}`;
    const reason = judgement.refusal(version);
    if (reason !== null) {
      unable ??= { version, evidence, passedOver: null };
      passedOver ??= { version, reason };
      continue;
    }
    const found = { version, evidence, passedOver };
    if (artifact.autoUpdate) return found;
    if (here) return { ...found, evidence: `version ${version.version} is installed and automatic updates are off` };
    chosen ??= found;
  }
  return chosen ?? unable ??
    { version: null, evidence: refusals.length === 0 ? "it has no version" : refusals.join("; ") };
}

const lenient: Judgement = { refusal: () => null, stays: () => true };

/**
 * Returns all artifacts of the blueprint, each once, requirements before those that require them. `observed` is by
 * version id.
 */
export function resolve(
  content: BlueprintContent,
  target: ResolveTarget,
  observed: ReadonlyMap<string, ObservedArtifact>,
  judgement: Judgement = lenient,
): Resolution[] {
  const done = new Map<string, Resolution>();
  const open = new Set<string>();
  const order: Resolution[] = [];

  const decide = (artifact: ContentArtifact): Resolution => {
    if (artifact.channel !== target.channel) {
      return { artifact, version: null, reason: "other channel", evidence: `for the ${artifact.channel} channel` };
    }
    const choice = chooseVersion(artifact, target, observed, judgement);
    const { version, evidence } = choice;
    const needed = [...artifact.requires, ...version?.references ?? []];
    const missing = needed.flatMap((id) => content.artifacts.get(id) ?? []).sort(byName)
      .map(visit).find((one) => one.version === null);
    if (version === null) return { artifact, version, reason: "no version", evidence };
    if (missing !== undefined) {
      return {
        artifact,
        version: null,
        reason: missing.reason === "cycle" ? "cycle" : "requirement",
        evidence: `needs "${missing.artifact.name}", which is out of scope: ${missing.evidence}`,
      };
    }
    return {
      artifact,
      version,
      reason: "in scope",
      evidence,
      passedOver: "passedOver" in choice ? choice.passedOver : null,
    };
  };

  function visit(artifact: ContentArtifact): Resolution {
    const known = done.get(artifact.id);
    if (known !== undefined) return known;
    // Circles are refused when saved; in any case, an artifact never waits for itself.
    if (open.has(artifact.id)) {
      return { artifact, version: null, reason: "cycle", evidence: "it requires itself" };
    }
    open.add(artifact.id);
    const resolution = decide(artifact);
    open.delete(artifact.id);
    done.set(artifact.id, resolution);
    order.push(resolution);
    return resolution;
  }

  const rest: Resolution[] = [];
  for (const artifact of [...content.artifacts.values()].sort(byName)) {
    if (artifact.link === null) continue;
    const out = (reason: OutOfScope["reason"], evidence: string) =>
      rest.push({ artifact, version: null, reason, evidence });
    if (artifact.channel !== target.channel) {
      out("other channel", `for the ${artifact.channel} channel`);
    } else if (target.awaitingConfiguration === true && !artifact.installDuringSetupAssistant) {
      out("setup assistant", "not installed during Setup Assistant");
    } else {
      const answer = applyFilter(artifact.link, artifact.id, target);
      if (answer.in) visit(artifact);
      else out("blueprint filter", answer.evidence);
    }
  }
  // An artifact that is left out as a root may still be pulled in by another.
  return [...order, ...rest.filter(({ artifact }) => !done.has(artifact.id))];
}
