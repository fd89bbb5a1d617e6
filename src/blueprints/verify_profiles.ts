/**
 * Compares the profiles that a device lists with those that it was given: what it lists is verified, what it accepted and
 * does not list any more is gone and will be installed again.
 *
 * @module
 */

import type { Tx } from "../../db/open.ts";
import { findTargetArtifacts, markVerified } from "../../db/target_artifacts.ts";
import { identifierPrefix, profileIdentifier, profileUuid } from "../declarations/identifiers.ts";
import type { RequestInfo } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import { type ArtifactOwner, recordSeen } from "./observe.ts";

/** Takes a ProfileList of a channel into account. */
export async function verifyProfiles(
  tx: Tx,
  runtime: Pick<Runtime, "clock" | "random" | "config">,
  request: RequestInfo | undefined,
  owner: ArtifactOwner,
  listed: readonly { identifier: string; uuid: string }[],
): Promise<void> {
  const prefix = identifierPrefix(runtime.config);
  const found = new Map(listed.map(({ identifier, uuid }) => [identifier, uuid.toUpperCase()]));
  const accepted = (await findTargetArtifacts(tx, owner.channelId)).filter(({ type, status }) =>
    type === "Profile" && (status === "Acknowledged" || status === "Installed")
  );
  const lists = (row: typeof accepted[number]) =>
    found.get(profileIdentifier(prefix, row.artifactId)) === profileUuid(row.versionId);
  await markVerified(
    tx,
    owner.channelId,
    accepted.filter(lists).map(({ versionId }) => versionId),
    runtime.clock.now(),
  );
  // Of what came by declaration the status reports tell.
  const missing = accepted.filter((row) => row.via === "command" && !lists(row));
  await recordSeen(
    tx,
    runtime,
    request,
    owner,
    missing.map(({ versionId, uniqueInstallIdentifier, contentRevision }) => ({
      versionId,
      contentRevision,
      status: "Uninstalled",
      via: "command",
      extraInfo: { reason: "the device does not list it" },
      uniqueInstallIdentifier,
    })),
  );
}
