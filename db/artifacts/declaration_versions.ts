/**
 * The content of uploaded declaration versions, and the artifacts that they name.
 *
 * @module
 */

import { type Db, type Json, json } from "../open.ts";

/** A key of a payload that names another artifact. */
export type DeclarationReferenceRow = { keyPath: readonly string[]; artifactId: string };

/** A key of a payload that names a package. */
export type DeclarationPackageRow = { keyPath: readonly string[]; packageId: string };

/** A declaration. Its type and identifier are the artifact's: all versions share them. */
export type DeclarationVersionRow = {
  type: string;
  identifier: string;
  serverToken: string;
  /** As it was sent: with references as their author wrote them. */
  payload: Json;
  references: readonly DeclarationReferenceRow[];
  /** Keys of the payload that name packages. */
  packages: readonly DeclarationPackageRow[];
};

/** Writes the declaration of a version, new or not; its type and identifier are written with the artifact. */
export async function writeDeclarationVersion(db: Db, id: string, row: DeclarationVersionRow): Promise<void> {
  await db`
    insert into declaration_versions (version_id, server_token, payload)
    values (${id}, ${row.serverToken}, ${json(db, row.payload)})
    on conflict (version_id) do update set server_token = excluded.server_token, payload = excluded.payload`;
  await db`delete from declaration_references where version_id = ${id}`;
  const references = row.references.map(({ keyPath, artifactId }) => ({ keyPath, artifactId }));
  await db`
    insert into declaration_references (version_id, key_path, artifact_id)
    select ${id}::uuid, array(select jsonb_array_elements_text(given -> 'keyPath')), (given ->> 'artifactId')::uuid
    from jsonb_array_elements(${json(db, references)}) as given`;
  await db`delete from declaration_packages where version_id = ${id}`;
  const packages = row.packages.map(({ keyPath, packageId }) => ({ keyPath, packageId }));
  await db`
    insert into declaration_packages (version_id, key_path, package_id)
    select ${id}::uuid, array(select jsonb_array_elements_text(given -> 'keyPath')), (given ->> 'packageId')::uuid
    from jsonb_array_elements(${json(db, packages)}) as given`;
}

/** Returns the declarations of these versions. */
export async function loadDeclarationVersions(
  db: Db,
  ids: readonly string[],
): Promise<Map<string, DeclarationVersionRow>> {
  const rows = await db<(DeclarationVersionRow & { id: string })[]>`
    select d.version_id as id, coalesce(a.declaration_type, '') as type,
      coalesce(a.declaration_identifier, '') as identifier, d.server_token, d.payload,
      coalesce((
        select jsonb_agg(jsonb_build_object('keyPath', to_jsonb(r.key_path), 'artifactId', r.artifact_id)
          order by r.key_path)
        from declaration_references r where r.version_id = d.version_id), '[]') as references,
      coalesce((
        select jsonb_agg(jsonb_build_object('keyPath', to_jsonb(p.key_path), 'packageId', p.package_id)
          order by p.key_path)
        from declaration_packages p where p.version_id = d.version_id), '[]') as packages
    from declaration_versions d
    join artifact_versions v on v.id = d.version_id join artifacts a on a.id = v.artifact_id
    where d.version_id = any(${[...ids]}::uuid[])`;
  return new Map(rows.map(({ id, ...row }) => [id, row]));
}

/** Whose version other than `id` has a server token already. */
export async function findServerToken(
  db: Db,
  serverToken: string,
  id: string,
): Promise<{ artifactName: string; version: number } | undefined> {
  const [row] = await db<{ artifactName: string; version: number }[]>`
    select a.name as artifact_name, v.version
    from declaration_versions d
    join artifact_versions v on v.id = d.version_id join artifacts a on a.id = v.artifact_id
    where d.server_token = ${serverToken} and d.version_id <> ${id}`;
  return row;
}
