/**
 * The content of provisioning profile versions.
 *
 * @module
 */

import { type Db, type Json, json } from "../open.ts";

/** A provisioning profile. */
export type ProvisioningProfileVersionRow = {
  /** The file as signed by Apple. */
  source: Uint8Array;
  /** SHA-256 of the file in hex. */
  sha256: string;
  name: string;
  uuid: string;
  /** The property list inside of the signature. */
  content: Json;
};

/** Writes the provisioning profile of a version, new or not. */
export async function writeProvisioningProfileVersion(
  db: Db,
  id: string,
  row: ProvisioningProfileVersionRow,
): Promise<void> {
  await db`
    insert into provisioning_profile_versions (version_id, source, sha256, name, uuid, content)
    values (${id}, ${row.source}, ${row.sha256}, ${row.name}, ${row.uuid}, ${json(db, row.content)})
    on conflict (version_id) do update set source = excluded.source, sha256 = excluded.sha256, name = excluded.name,
      uuid = excluded.uuid, content = excluded.content`;
}

/** Returns the provisioning profiles of these versions. */
export async function loadProvisioningProfileVersions(
  db: Db,
  ids: readonly string[],
): Promise<Map<string, ProvisioningProfileVersionRow>> {
  const rows = await db<(ProvisioningProfileVersionRow & { id: string })[]>`
    select version_id as id, source, sha256, name, uuid, content
    from provisioning_profile_versions where version_id = any(${[...ids]}::uuid[])`;
  return new Map(rows.map(({ id, ...row }) => [id, row]));
}
