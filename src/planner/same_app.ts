/**
 * Apps that several artifacts install: what one of them leaves to the others.
 *
 * Pure.
 *
 * @module
 */

import { mayBeThere, type ObservedArtifact } from "../blueprints/observed_artifact.ts";
import type { Situation } from "./situation.ts";

/**
 * Returns the name of an artifact in scope that installs the same app as an artifact out of scope; undefined for none. The
 * removal of the one would remove the app of the other.
 */
export function keptFor(
  { artifactId, bundleIds, locationAssetId }: ObservedArtifact,
  { deliveries, observed }: Situation,
): string | undefined {
  const rows = [...observed.values()];
  return deliveries.find(({ via, resolution: { artifact, version } }) =>
    via !== null && artifact.id !== artifactId && (
      (locationAssetId !== null && version.licence?.asset === locationAssetId) ||
      rows.some((row) =>
        row.artifactId === artifact.id && mayBeThere(row) &&
        row.bundleIds?.some((id) => bundleIds?.includes(id) === true) === true
      )
    )
  )?.resolution.artifact.name;
}
