/**
 * Compares the provisioning profiles that a device lists with those that were sent to it.
 *
 * @module
 */

import { findTargetArtifacts, type TargetArtifactRow } from "../../db/artifacts/target_artifacts.ts";
import type { Tx } from "../../db/open.ts";
import type { By } from "../events/by.ts";
import type { Runtime } from "../runtime.ts";
import { mayBeThere } from "./observed_artifact.ts";
import type { ArtifactOwner } from "./record_observations.ts";
import { verifyListed } from "./verify_listed.ts";

/** Takes a ProvisioningProfileList of a channel into account: the UUIDs in it. */
export async function verifyProvisioningProfiles(
  tx: Tx,
  runtime: Pick<Runtime, "clock" | "random">,
  by: By,
  owner: ArtifactOwner,
  uuids: readonly string[],
): Promise<void> {
  const found = new Set(uuids.map((uuid) => uuid.toUpperCase()));
  const known = (await findTargetArtifacts(tx, owner.channelId)).filter(({ instance }) => instance !== null);
  const lists = ({ instance }: TargetArtifactRow) => instance !== null && found.has(instance.toUpperCase());
  // A profile of several artifacts or versions that is listed may be that of another one.
  const rows = known.filter((row) =>
    mayBeThere(row) || !known.some((other) => other !== row && other.instance === row.instance && mayBeThere(other))
  );
  await verifyListed(tx, runtime, by, owner, { rows, lists });
}
