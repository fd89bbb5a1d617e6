/**
 * Versions of artifacts, without the content of each kind.
 *
 * @module
 */

import type { ArtifactRow } from "./artifacts.ts";
import { filterOf, type FilterRow, writeFilter } from "./filters.ts";
import { type Db, one } from "../open.ts";
import { isTrace } from "./target_artifacts.ts";

/** A version. */
export type ArtifactVersionRow = {
  id: string;
  artifactId: string;
  /** The artifact's. */
  channel: ArtifactRow["channel"];
  version: number;
  /** halted: devices that have it keep it, no other device gets it. withdrawn: no device should have it. */
  state: "active" | "halted" | "withdrawn";
  stateReason: string;
  stateAt: Date | null;
  /** Names of the variables in it. */
  variables: string[];
  /** Those that it names without a default. */
  neededVariables: string[];
  filter: FilterRow;
  createdAt: Date;
  updatedAt: Date;
};

/** The written columns of a version. */
export type ArtifactVersionValues = {
  artifactId: string;
  version: number;
  filter: FilterRow;
  variables: readonly string[];
  neededVariables: readonly string[];
};

const columns = (db: Db) =>
  db`
    v.id, v.artifact_id, a.channel, v.version, v.state, v.state_reason, v.state_at, v.variables,
    coalesce(v.needed_variables, v.variables) as needed_variables, v.created_at, v.updated_at,
    ${filterOf(db, "version", db`v.id`)} as filter`;

/** The filters of a list. */
export type ArtifactVersionQuery = {
  types: readonly ArtifactRow["type"][];
  artifactId?: string | undefined;
  order: { column: "created_at" | "updated_at"; descending: boolean };
  limit: number;
  offset: number;
};

/** Returns a page of versions of artifacts of these types, and the total number. */
export async function listArtifactVersions(
  db: Db,
  query: ArtifactVersionQuery,
): Promise<{ rows: ArtifactVersionRow[]; count: number }> {
  const from = db`
    from artifact_versions v join artifacts a on a.id = v.artifact_id
    where a.type = any(${[...query.types]}::text[])
      ${query.artifactId === undefined ? db`` : db`and v.artifact_id = ${query.artifactId}`}`;
  const direction = query.order.descending ? db`desc` : db`asc`;
  const rows = await db<ArtifactVersionRow[]>`
    select ${columns(db)} ${from}
    order by v.${db(query.order.column)} ${direction}, v.id ${direction} limit ${query.limit} offset ${query.offset}`;
  const { count } = one(await db<{ count: number }[]>`select count(*)::int as count ${from}`);
  return { rows: [...rows], count };
}

/** Returns one version of an artifact of these types. */
export async function findArtifactVersion(
  db: Db,
  id: string,
  types: readonly ArtifactRow["type"][],
): Promise<ArtifactVersionRow | undefined> {
  const [row] = await db<ArtifactVersionRow[]>`
    select ${columns(db)} from artifact_versions v join artifacts a on a.id = v.artifact_id
    where v.id = ${id} and a.type = any(${[...types]}::text[])`;
  return row;
}

/** Returns all versions of an artifact, the newest first. */
export async function versionsOfArtifact(db: Db, artifactId: string): Promise<ArtifactVersionRow[]> {
  return [
    ...await db<ArtifactVersionRow[]>`
      select ${columns(db)} from artifact_versions v join artifacts a on a.id = v.artifact_id
      where v.artifact_id = ${artifactId} order by v.version desc`,
  ];
}

/** Returns the ids of an artifact's versions without the given one, the newest first. */
export async function otherVersions(db: Db, artifactId: string, id: string): Promise<string[]> {
  const rows = await db<{ id: string }[]>`
    select v.id from artifact_versions v where v.artifact_id = ${artifactId} and v.id <> ${id} order by v.version desc`;
  return rows.map((row) => row.id);
}

/** Whether a version has this number, another one than `id` if that is given. */
export async function isVersionTaken(db: Db, artifactId: string, version: number, id?: string): Promise<boolean> {
  return one(
    await db<{ taken: boolean }[]>`
      select exists (
        select 1 from artifact_versions
        where artifact_id = ${artifactId} and version = ${version} and id is distinct from ${id ?? null}::uuid
      ) as taken`,
  ).taken;
}

/** Takes the id of an artifact's next version, of an artifact that there is; the one after it will be `following`. */
export async function takeVersionId(db: Db, artifactId: string, following: string): Promise<string> {
  return one(
    await db<{ id: string }[]>`
      with taken as (select next_version_id from artifacts where id = ${artifactId} for update)
      update artifacts set next_version_id = ${following} from taken where id = ${artifactId}
      returning taken.next_version_id as id`,
  ).id;
}

/** Adds a version. */
export async function insertArtifactVersion(
  db: Db,
  id: string,
  row: ArtifactVersionValues,
  now: Date,
): Promise<void> {
  await db`
    insert into artifact_versions (id, artifact_id, version, variables, needed_variables, created_at, updated_at)
    values (${id}, ${row.artifactId}, ${row.version}, ${[...row.variables]}, ${[
    ...row.neededVariables,
  ]}, ${now}, ${now})`;
  await writeFilter(db, { artifactVersionId: id }, row.filter);
}

/** Changes a version; its artifact stays. Where its content changed, devices that have it get it again. */
export async function updateArtifactVersion(
  db: Db,
  id: string,
  row: ArtifactVersionValues,
  contentChanged: boolean,
  now: Date,
): Promise<void> {
  await db`
    update artifact_versions set version = ${row.version}, variables = ${[...row.variables]},
      needed_variables = ${[...row.neededVariables]}, updated_at = ${now},
      content_revision = content_revision + ${contentChanged ? 1 : 0}
    where id = ${id}`;
  await writeFilter(db, { artifactVersionId: id }, row.filter);
}

/** Deletes a version with its traces. PostgreSQL refuses while a device has it. */
export async function deleteArtifactVersion(db: Db, id: string): Promise<void> {
  await db`delete from target_artifacts t where t.artifact_version_id = ${id} and ${isTrace(db)}`;
  await db`delete from artifact_versions where id = ${id}`;
}

/** Whether a device has a version, or a command with it is on its way. */
export async function isVersionInUse(db: Db, id: string): Promise<boolean> {
  return one(
    await db<{ used: boolean }[]>`
      select exists (select 1 from target_artifacts t where t.artifact_version_id = ${id} and not (${isTrace(db)}))
        or exists (select 1 from commands where arguments ->> 'artifact_version' = ${id}) as used`,
  ).used;
}

/** Returns the newest version of a profile artifact that is neither halted nor withdrawn. */
export async function newestProfileVersion(db: Db, artifactId: string): Promise<string | undefined> {
  const [row] = await db<{ id: string }[]>`
    select v.id from artifact_versions v join artifacts a on a.id = v.artifact_id
    where a.id = ${artifactId} and a.type = 'Profile' and v.state = 'active' order by v.version desc limit 1`;
  return row?.id;
}
