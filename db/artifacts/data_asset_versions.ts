/**
 * The content of data asset versions: files of the file store.
 *
 * @module
 */

import type { Db } from "../open.ts";

/** A data asset. */
export type DataAssetVersionRow = {
  type: "PLIST" | "ZIP";
  filename: string;
  /** Bytes. */
  fileSize: number;
  /** Lower-case hex; also where the file store keeps it. */
  fileSha256: string;
};

/** Writes the data asset of a version, new or not. */
export async function writeDataAssetVersion(db: Db, id: string, row: DataAssetVersionRow): Promise<void> {
  await db`
    insert into data_asset_versions ${db({ versionId: id, ...row })}
    on conflict (version_id) do update set ${db(row)}`;
}

/** Returns the data assets of these versions. */
export async function loadDataAssetVersions(
  db: Db,
  ids: readonly string[],
): Promise<Map<string, DataAssetVersionRow>> {
  const rows = await db<(DataAssetVersionRow & { id: string })[]>`
    select version_id as id, type, filename, file_size, file_sha256
    from data_asset_versions where version_id = any(${[...ids]}::uuid[])`;
  return new Map(rows.map(({ id, ...row }) => [id, row]));
}
