/**
 * Which artifacts blueprints hold, and for whom.
 *
 * @module
 */

import { filterOf, type FilterRow, writeFilter } from "../artifacts/filters.ts";
import { type Db, one } from "../open.ts";

/** An artifact of a blueprint. */
export type BlueprintArtifactRow = {
  id: number;
  blueprintId: number;
  artifactId: string;
  filter: FilterRow;
  createdAt: Date;
  updatedAt: Date;
};

/** The input for it. */
export type BlueprintArtifactValues = Pick<BlueprintArtifactRow, "blueprintId" | "artifactId" | "filter">;

const columns = (db: Db) =>
  db`
    l.id, l.blueprint_id, l.artifact_id, l.created_at, l.updated_at,
    ${filterOf(db, "blueprintArtifact", db`l.id`)} as filter`;

/** The filters of a list. */
export type BlueprintArtifactQuery = {
  blueprintId?: number | undefined;
  artifactId?: string | undefined;
  limit: number;
  offset: number;
};

/** Returns a page in the order of creation, and the total number. */
export async function listBlueprintArtifacts(
  db: Db,
  query: BlueprintArtifactQuery,
): Promise<{ rows: BlueprintArtifactRow[]; count: number }> {
  const where = db`where true
    ${query.blueprintId === undefined ? db`` : db`and l.blueprint_id = ${query.blueprintId}`}
    ${query.artifactId === undefined ? db`` : db`and l.artifact_id = ${query.artifactId}`}`;
  const rows = await db<BlueprintArtifactRow[]>`
    select ${columns(db)} from blueprint_artifacts l ${where}
    order by l.created_at, l.id limit ${query.limit} offset ${query.offset}`;
  const { count } = one(
    await db<{ count: number }[]>`select count(*)::int as count from blueprint_artifacts l ${where}`,
  );
  return { rows: [...rows], count };
}

/** Returns one of them. */
export async function findBlueprintArtifact(db: Db, id: number): Promise<BlueprintArtifactRow | undefined> {
  const [row] = await db<BlueprintArtifactRow[]>`
    select ${columns(db)} from blueprint_artifacts l where l.id = ${id}`;
  return row;
}

/** Adds an artifact to a blueprint; returns the id. */
export async function insertBlueprintArtifact(db: Db, row: BlueprintArtifactValues, now: Date): Promise<number> {
  const { id } = one(
    await db<{ id: number }[]>`
      insert into blueprint_artifacts (blueprint_id, artifact_id, created_at, updated_at)
      values (${row.blueprintId}, ${row.artifactId}, ${now}, ${now}) returning id`,
  );
  await writeFilter(db, { blueprintArtifactId: id }, row.filter);
  return id;
}

/** Changes one. */
export async function updateBlueprintArtifact(
  db: Db,
  id: number,
  row: BlueprintArtifactValues,
  now: Date,
): Promise<void> {
  await db`
    update blueprint_artifacts set blueprint_id = ${row.blueprintId}, artifact_id = ${row.artifactId}, updated_at = ${now}
    where id = ${id}`;
  await writeFilter(db, { blueprintArtifactId: id }, row.filter);
}

/** Removes an artifact from a blueprint. */
export async function deleteBlueprintArtifact(db: Db, id: number): Promise<void> {
  await db`delete from blueprint_artifacts where id = ${id}`;
}
