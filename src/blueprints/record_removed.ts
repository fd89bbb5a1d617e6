/**
 * Records that a device has removed a version by command. It removed an app or a provisioning profile, which other artifacts may
 * have installed too: theirs is not there any more either, and the device would refuse a second removal.
 *
 * @module
 */

import { findTargetArtifacts, type TargetArtifactRow } from "../../db/artifacts/target_artifacts.ts";
import type { Tx } from "../../db/open.ts";
import { removedAppId } from "../downloads/removed_app.ts";
import type { By } from "../events/by.ts";
import type { Runtime } from "../runtime.ts";
import { mayBeSame, mayBeThere } from "./observed_artifact.ts";
import { type ArtifactOwner, recordSeen, type SeenVersion } from "./record_observations.ts";

/** Returns the versions of other artifacts that went with a removed one. */
async function goneWith(
  tx: Tx,
  removed: TargetArtifactRow,
  rows: readonly TargetArtifactRow[],
): Promise<TargetArtifactRow[]> {
  const related = rows.filter((row) =>
    row.via === "command" && row.artifactId !== removed.artifactId && mayBeThere(row) && mayBeSame(row, removed)
  );
  if (removed.bundleIds === null || related.length === 0) return related;
  // Of a package with several apps, the command removes one.
  const app = await removedAppId(tx, removed.versionId);
  const gone: TargetArtifactRow[] = [];
  for (const row of related) if (await removedAppId(tx, row.versionId) === app) gone.push(row);
  return gone;
}

/** Records an acknowledged removal. */
export async function recordRemoved(
  tx: Tx,
  runtime: Pick<Runtime, "clock" | "random">,
  by: By,
  owner: ArtifactOwner,
  removal: SeenVersion,
): Promise<void> {
  const known = await findTargetArtifacts(tx, owner.channelId);
  const removed = known.find(({ versionId }) => versionId === removal.versionId);
  const gone = removed === undefined ? [] : await goneWith(tx, removed, known);
  await recordSeen(tx, runtime, by, owner, [
    removal,
    ...gone.map(({ versionId, contentRevision }): SeenVersion => ({
      versionId,
      status: "Uninstalled",
      via: "command",
      contentRevision,
      extraInfo: { reason: `removed with "${removed?.name}"` },
      uniqueInstallIdentifier: removal.uniqueInstallIdentifier,
    })),
  ], { known });
}
