/**
 * Compares the configuration profiles that a device lists with those that were sent to it.
 *
 * @module
 */

import { findTargetArtifacts, type TargetArtifactRow } from "../../db/artifacts/target_artifacts.ts";
import type { Tx } from "../../db/open.ts";
import { identifierPrefix, profileIdentifier, profileUuid } from "../downloads/profile_identifier.ts";
import type { By } from "../events/by.ts";
import type { Runtime } from "../runtime.ts";
import type { ArtifactOwner } from "./record_observations.ts";
import { verifyListed } from "./verify_listed.ts";

/** Takes a ProfileList of a channel into account. */
export async function verifyProfiles(
  tx: Tx,
  runtime: Pick<Runtime, "clock" | "random" | "config">,
  by: By,
  owner: ArtifactOwner,
  listed: readonly { identifier: string; uuid: string }[],
): Promise<void> {
  const prefix = identifierPrefix(runtime.config);
  const found = new Map(listed.map(({ identifier, uuid }) => [identifier, uuid.toUpperCase()]));
  const lists = (row: TargetArtifactRow) =>
    found.get(profileIdentifier(prefix, row.artifactId)) === profileUuid(row.versionId);
  const rows = (await findTargetArtifacts(tx, owner.channelId)).filter(({ type }) => type === "Profile");
  await verifyListed(tx, runtime, by, owner, { rows, lists });
}
