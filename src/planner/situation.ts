/**
 * The conclusions from the facts for several schedulers: the artifacts in scope, their delivery, and the declarations
 * to announce to the device.
 *
 * Pure.
 *
 * @module
 */

import type { BlueprintContent } from "../blueprints/content.ts";
import { type ObservedArtifact, resends } from "../blueprints/observed_artifact.ts";
import { type DeclarationSet, declarationSet, STATUS_SUBSCRIPTIONS } from "../declarations/set.ts";
import { serverToken } from "../declarations/server_token.ts";
import { declarationUnsupported } from "../apple_schema/declarations.ts";
import { enforcementPayload, type UpdateDecision } from "../updates/enforcement.ts";
import { deliver, type Deliveries, type Delivery } from "./delivery.ts";
import type { PlanFacts } from "./facts.ts";
import { updateFor } from "./update_for.ts";

/** The artifacts of a channel, and its declarations. */
export type Situation = Deliveries & {
  /** By version id. */
  observed: ReadonlyMap<string, ObservedArtifact>;
  declarations: DeclarationSet;
  /** The newest versions in the App Store of apps that are kept updated: Apple's identifiers, by version id. */
  storeVersions: ReadonlyMap<string, string>;
  /** The update that is declared to the device. */
  update: UpdateDecision;
  /** The settings of the blueprint that are for Macs; null where there are none, or the channel is not a Mac's own. */
  ofMacs: Pick<BlueprintContent, "filevault" | "recoveryPassword"> | null;
};

/** Returns the token of a delivery's declaration. */
function deliveryToken(
  { resolution: { artifact, version } }: Delivery,
  { target, artifacts, settings }: Pick<PlanFacts, "target" | "artifacts" | "settings">,
  observed: ReadonlyMap<string, ObservedArtifact>,
  now: Date,
): string {
  const { enrolledAt } = artifacts;
  const due = certificatesDue(artifacts.certificateEnds.get(version.id) ?? [], settings.renewBeforeDays);
  const certificates = due.filter((at) => at <= now).length;
  const counts = { retries: resends(observed.get(version.id), now), certificatesDue: certificates };
  return serverToken(version, artifact, { osVersion: target.osVersion, enrolledAt }, counts, now);
}

function storeVersionsOf({ deliveries }: Deliveries, { licences }: PlanFacts["artifacts"]): Map<string, string> {
  return new Map(deliveries.flatMap(({ resolution: { version: { id, licence } } }) => {
    const latest = licence?.keepUpdated === true ? licences.get(licence.asset)?.storeVersion ?? "" : "";
    return latest === "" ? [] : [[id, latest] as const];
  }));
}

/** Returns when each of some certificates is due for a successor. */
export const certificatesDue = (ends: readonly Date[], renewBeforeDays: number): Date[] =>
  ends.map((end) => new Date(end.getTime() - renewBeforeDays * 86_400_000));

/** Returns the situation of a channel at `now`. */
export function situate(
  facts: Pick<PlanFacts, "blueprint" | "target" | "artifacts" | "settings">,
  now: Date,
): Situation {
  const { blueprint, target, artifacts, settings } = facts;
  const observed = new Map(artifacts.observed.map((row) => [row.versionId, row]));
  const found: Deliveries = blueprint === null ? { deliveries: [], outOfScope: [] } : deliver(
    blueprint,
    { ...target, tags: artifacts.tags, serialNumber: artifacts.serialNumber },
    observed,
    artifacts.values,
    { ...artifacts.declarative, refused: artifacts.declarative.refusedAt !== null },
    artifacts,
  );
  const declared = found.deliveries.filter(({ via, waits }) => via === "declaration" && waits === null);
  const update = updateFor(facts, now);
  return {
    ...found,
    observed,
    storeVersions: storeVersionsOf(found, artifacts),
    update,
    ofMacs: blueprint === null || target.channel !== "Device" || target.platform !== "macOS"
      ? null
      : { filevault: blueprint.filevault, recoveryPassword: blueprint.recoveryPassword },
    declarations: declarationSet(
      blueprint?.id ?? null,
      declared.map((delivery) => ({
        resolution: delivery.resolution,
        serverToken: deliveryToken(delivery, facts, observed, now),
      })),
      artifacts.declarative.clientCapabilities,
      settings.identifierPrefix,
      {
        subscribes: declarationUnsupported(STATUS_SUBSCRIPTIONS, { StatusItems: [] }, target) === null,
        update: update.target === null ? undefined : enforcementPayload(update.target),
      },
    ),
  };
}
