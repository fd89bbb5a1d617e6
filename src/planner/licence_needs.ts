/**
 * The licences that a channel needs, and those that it needs no more.
 *
 * Pure. A licence is needed from the moment when nothing else is in the way of its app until the app is gone: cancelled,
 * without a value, declined or failed for good, and removed apps give theirs back.
 *
 * @module
 */

import { artifactType } from "../blueprints/artifact_types.ts";
import { isGivenUp, isPresent, mayBeThere, type ObservedArtifact } from "../blueprints/observed_artifact.ts";
import { commandNamed } from "../commands/registry.ts";
import type { Delivery } from "./delivery.ts";
import type { HeldLicence, PlanFacts } from "./facts.ts";
import { keptFor } from "./same_app.ts";
import type { Situation } from "./situation.ts";

/** Assets of locations: licences to reserve, and to give back. */
export type LicenceNeeds = { reserve: number[]; release: number[] };

type Facts = Pick<PlanFacts, "target" | "artifacts"> & { recovery: Pick<PlanFacts["recovery"], "hardwareProven"> };

/** Whether an app that is out of scope is about to be removed from the device. */
function isLeaving(row: ObservedArtifact, { target, artifacts }: Facts, situation: Situation): boolean {
  // The other artifact has a licence of its own, if it needs one.
  if (!mayBeThere(row) || (row.via === "command" && keptFor(row, situation) !== undefined)) return false;
  // The device removes it with its declaration, and says so.
  if (row.via === "declaration") return artifacts.declarative.enabled;
  const { remove } = artifactType(row.type);
  if (!row.removable || remove === null || commandNamed(remove)?.invalidFor(target) !== null) return false;
  return row.status !== "RemovalFailed" || row.retryAt !== null;
}

/** Returns the licence that a delivery needs now; undefined for none. */
function neededBy({ via, waits, lacksLicence, resolution }: Delivery, { observed }: Situation): number | undefined {
  const { artifact: { id }, version: { id: versionId, licence } } = resolution;
  if (licence === undefined || via === null) return undefined;
  const rows = [...observed.values()].filter(({ artifactId }) => artifactId === id);
  if (rows.some((row) => isPresent(row.status) || mayBeThere(row))) return licence.asset;
  if (waits !== null && !lacksLicence) return undefined;
  return isGivenUp(observed.get(versionId)) ? undefined : licence.asset;
}

const isHeld = ({ state }: HeldLicence): boolean => state !== "none" && state !== "releasing";

/** Returns what a channel changes in the ledger; nothing, as a rule. */
export function licenceNeeds(facts: Facts, situation: Situation): LicenceNeeds {
  const { licenceHolder, licences, observed } = facts.artifacts;
  if (licenceHolder.kind === "nobody") return { reserve: [], release: [] };
  const needed = new Set(situation.deliveries.flatMap((delivery) => neededBy(delivery, situation) ?? []));
  const inScope = new Set(situation.deliveries.map(({ resolution }) => resolution.artifact.id));
  const leaving = new Set(
    observed.flatMap((row) =>
      row.locationAssetId !== null && !inScope.has(row.artifactId) && isLeaving(row, facts, situation)
        ? [row.locationAssetId]
        : []
    ),
  );
  const reserve = [...needed].filter((asset) => {
    const held = licences.get(asset);
    return held === undefined || !held.mine || !isHeld(held);
  });
  // The attack: an enrollment that only says it is some hardware takes the licences away that this hardware had before. They
  // are given back as those of a device that has left; its own when it needs them no more.
  const { hardwareProven } = facts.recovery;
  // During Setup Assistant only a part of the blueprint is in scope.
  const release = facts.target.awaitingConfiguration === true ? [] : [...licences].flatMap(([asset, held]) => {
    if (needed.has(asset) || leaving.has(asset)) return [];
    return held.mine || (hardwareProven && held.origin === "device" && !held.elsewhere && isHeld(held)) ? [asset] : [];
  });
  return { reserve: reserve.sort((a, b) => a - b), release: release.sort((a, b) => a - b) };
}
