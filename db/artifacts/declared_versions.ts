/**
 * The versions behind the declarations that devices fetch.
 *
 * @module
 */

import type { Db, Json } from "../open.ts";

/** A version as it is declared. Of the last ones, only those of its type are present. */
export type DeclaredVersionRow = {
  artifactId: string;
  type: string;
  declarationType: string | null;
  payload: Json;
  /** Keys of the payload that name other artifacts. */
  references: { keyPath: string[]; artifactId: string; type: string }[];
  /** Keys of the payload that name packages. */
  packagePaths: string[][];
  dataAsset: { type: "PLIST" | "ZIP"; size: number; sha256: string } | null;
  accessible: string | null;
};

/** Returns a declared version. */
export async function findDeclaredVersion(db: Db, versionId: string): Promise<DeclaredVersionRow | undefined> {
  const [row] = await db<DeclaredVersionRow[]>`
    select a.id as artifact_id, a.type, a.declaration_type, d.payload,
      coalesce((select jsonb_agg(jsonb_build_object('keyPath', to_jsonb(r.key_path), 'artifactId', r.artifact_id, 'type', x.type))
        from declaration_references r join artifacts x on x.id = r.artifact_id where r.version_id = v.id), '[]') as references,
      coalesce((select jsonb_agg(to_jsonb(p.key_path)) from declaration_packages p where p.version_id = v.id), '[]')
        as package_paths,
      (select jsonb_build_object('type', f.type, 'size', f.file_size, 'sha256', f.file_sha256)
        from data_asset_versions f where f.version_id = v.id) as data_asset,
      (select c.accessible from cert_asset_versions c where c.version_id = v.id) as accessible
    from artifact_versions v join artifacts a on a.id = v.artifact_id
    left join declaration_versions d on d.version_id = v.id
    where v.id = ${versionId}`;
  return row;
}
