/**
 * Removes artifacts that were delivered by command and are no longer in scope, and versions that a device has beside the
 * one that it should have, once it has that one. Declared ones are removed with their declaration.
 *
 * @module
 */

import { artifactType, removesArtifacts } from "../../blueprints/artifact_types.ts";
import {
  isBeside,
  isPresent,
  mayBeSame,
  mayBeThere,
  type ObservedArtifact,
} from "../../blueprints/observed_artifact.ts";
import { commandNamed } from "../../commands/registry.ts";
import { profileIdentifier } from "../../downloads/profile_identifier.ts";
import type { PlanFacts } from "../facts.ts";
import type { Decision, Scheduler } from "../plan.ts";
import { keptFor } from "../same_app.ts";
import type { Situation } from "../situation.ts";

const NAME = "remove-artifacts";

function consider(row: ObservedArtifact, why: string, facts: PlanFacts, now: Date, situation: Situation): Decision {
  const about = {
    scheduler: NAME,
    subject: row.name,
    artifact: { id: row.artifactId, versionId: row.versionId },
  };
  const { remove } = artifactType(row.type);
  const other = keptFor(row, situation);
  if (other !== undefined) return { ...about, outcome: "off", evidence: `"${other}" installs the same app or profile` };
  if (!row.removable) {
    return {
      ...about,
      outcome: "not for this target",
      evidence: "the device does not manage it: no command removes it",
    };
  }
  const invalid = remove === null ? "no command removes it" : commandNamed(remove)?.invalidFor(facts.target) ?? null;
  if (remove === null || invalid !== null) {
    return { ...about, outcome: "not for this target", evidence: invalid ?? "" };
  }
  // Of an app of two artifacts, the second removal is refused: the first one removes it.
  const pending = facts.queue.find(({ name, artifactVersion }) =>
    facts.artifacts.observed.some((one) =>
      one.versionId === artifactVersion &&
      (one.artifactId === row.artifactId || (removesArtifacts(name) && mayBeSame(one, row)))
    )
  );
  if (pending !== undefined) return { ...about, outcome: "waits", evidence: `${pending.name} is already queued` };
  if (row.status === "RemovalFailed") {
    const evidence = `could not be removed: ${JSON.stringify(row.extraInfo)}`;
    if (row.retryAt === null) return { ...about, outcome: "off", evidence };
    if (row.retryAt > now) return { ...about, outcome: "waits", evidence, until: row.retryAt };
  }
  if (facts.status === "NotNow") {
    return { ...about, outcome: "waits", evidence: "the device answered NotNow", until: now };
  }
  return {
    ...about,
    outcome: "chosen",
    evidence: why,
    step: {
      kind: "command",
      name: remove,
      arguments: {
        artifact_version: row.versionId,
        ...(remove === "RemoveProfile"
          ? { identifier: profileIdentifier(facts.settings.identifierPrefix, row.artifactId) }
          : {}),
      },
      singleton: `${remove} ${row.artifactId}`,
    },
  };
}

export const removeArtifacts: Scheduler = {
  name: NAME,
  consider(facts, now, situation) {
    const { deliveries, observed } = situation;
    // During Setup Assistant only a part of the blueprint is in scope.
    if (facts.target.awaitingConfiguration === true) return [];
    const inScope = new Map(deliveries.map(({ resolution }) => [resolution.artifact.id, resolution.version]));
    const rows = facts.artifacts.observed
      .filter((row) => row.via === "command" && mayBeThere(row))
      .flatMap((row) => {
        const wanted = inScope.get(row.artifactId);
        if (wanted === undefined) return [{ row, why: "on the device, but no longer in scope" }];
        const next = observed.get(wanted.id);
        // An app that needs the profile opens only if the next one is there first.
        const isReplaced = next !== undefined && isPresent(next.status) &&
          next.contentRevision === wanted.contentRevision && isBeside(row, [next]);
        return isReplaced ? [{ row, why: `on the device beside version ${wanted.version}` }] : [];
      })
      .sort(({ row: one }, { row: other }) =>
        one.name === other.name ? one.version - other.version : one.name < other.name ? -1 : 1
      );
    // A removal also removes the traces of the versions that are not beside it: one at a time.
    const each = new Map(rows.map((one) => [`${one.row.artifactId} ${one.row.instance ?? ""}`, one]));
    return [...each.values()].map(({ row, why }) => consider(row, why, facts, now, situation));
  },
};
