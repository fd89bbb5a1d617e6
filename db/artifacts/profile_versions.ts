/**
 * The content of profile versions.
 *
 * @module
 */

import type { Db } from "../open.ts";

/** A profile. Its source is sealed to the version's id. */
export type ProfileVersionRow = {
  sourceSealed: string;
  /** SHA-256 of the source in hex. */
  sha256: string;
  /** Bytes of the source. */
  size: number;
  filename: string;
  payloadIdentifier: string;
  payloadUuid: string;
  payloadDisplayName: string;
  payloadDescription: string;
};

/** Writes the profile of a version, new or not. */
export async function writeProfileVersion(db: Db, id: string, row: ProfileVersionRow): Promise<void> {
  await db`
    insert into profile_versions ${db({ id, ...row })}
    on conflict (id) do update set ${db(row)}`;
}

/** Returns the profiles of these versions. */
export async function loadProfileVersions(db: Db, ids: readonly string[]): Promise<Map<string, ProfileVersionRow>> {
  const rows = await db<(ProfileVersionRow & { id: string })[]>`
    select id, source_sealed, sha256, size, filename, payload_identifier, payload_uuid, payload_display_name,
      payload_description
    from profile_versions where id = any(${[...ids]}::uuid[])`;
  return new Map(rows.map(({ id, ...row }) => [id, row]));
}
