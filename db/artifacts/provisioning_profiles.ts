/**
 * Provisioning profiles of versions, as commands carry them.
 *
 * @module
 */

import type { Db } from "../open.ts";

/** The file as it was uploaded, and Apple's UUID in it. */
export type ProvisioningProfileRow = { source: Uint8Array; uuid: string };

/** Returns the provisioning profile of a version. */
export async function findProvisioningProfile(db: Db, versionId: string): Promise<ProvisioningProfileRow | undefined> {
  const [row] = await db<ProvisioningProfileRow[]>`
    select source, uuid from provisioning_profile_versions where version_id = ${versionId}`;
  return row;
}
