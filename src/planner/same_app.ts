/**
 * Apps and provisioning profiles that several artifacts install: what one of them leaves to the others.
 *
 * Pure.
 *
 * @module
 */

import { mayBeThere, type ObservedArtifact } from "../blueprints/observed_artifact.ts";
import type { Situation } from "./situation.ts";

const isSame = (row: ObservedArtifact | undefined, instance: string): boolean =>
  row !== undefined && row.instance === instance && mayBeThere(row);

/**
 * Returns the name of an artifact in scope that installs the same app or provisioning profile as a version that is to be
 * removed; undefined for none. The removal of the one would remove that of the other.
 */
export function keptFor(
  { artifactId, bundleIds, instance, locationAssetId }: ObservedArtifact,
  { deliveries, observed }: Situation,
): string | undefined {
  const rows = [...observed.values()];
  return deliveries.find(({ via, resolution: { artifact, version } }) =>
    via !== null && artifact.id !== artifactId && (
      (locationAssetId !== null && version.licence?.asset === locationAssetId) ||
      (instance !== null && isSame(observed.get(version.id), instance)) ||
      rows.some((row) =>
        row.artifactId === artifact.id && mayBeThere(row) &&
        row.bundleIds?.some((id) => bundleIds?.includes(id) === true) === true
      )
    )
  )?.resolution.artifact.name;
}
