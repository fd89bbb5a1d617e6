/**
 * Taxonomies: groups of tags.
 *
 * @module
 */

import { type Db, one } from "../open.ts";

/** A taxonomy. */
export type TaxonomyRow = {
  id: number;
  name: string;
  metaBusinessUnitId: number | null;
  createdAt: Date;
  updatedAt: Date;
};

/** Returns the written columns of a taxonomy. */
export type TaxonomyValues = Pick<TaxonomyRow, "name" | "metaBusinessUnitId">;

const columns = (db: Db) => db`id, name, meta_business_unit_id, created_at, updated_at`;

/** Returns one taxonomy. */
export async function findTaxonomy(db: Db, id: number): Promise<TaxonomyRow | undefined> {
  const [row] = await db<TaxonomyRow[]>`
    select ${columns(db)} from taxonomies where id = ${id}`;
  return row;
}

/** Returns the same, locked for the transaction. */
export async function lockTaxonomy(db: Db, id: number): Promise<TaxonomyRow | undefined> {
  const [row] = await db<TaxonomyRow[]>`
    select ${columns(db)} from taxonomies where id = ${id} for update`;
  return row;
}

/** Taxonomies by name. */
export async function listTaxonomies(
  db: Db,
  query: { name?: string | undefined; limit: number; offset: number },
): Promise<{ count: number; rows: TaxonomyRow[] }> {
  const where = query.name === undefined ? db`` : db`where name = ${query.name}`;
  const { count } = one(await db<{ count: number }[]>`select count(*)::int as count from taxonomies ${where}`);
  const rows = await db<TaxonomyRow[]>`
    select ${columns(db)} from taxonomies ${where} order by name, id limit ${query.limit} offset ${query.offset}`;
  return { count, rows: [...rows] };
}

/** Adds a taxonomy. */
export async function insertTaxonomy(db: Db, values: TaxonomyValues, now: Date): Promise<TaxonomyRow> {
  return one(
    await db<TaxonomyRow[]>`
      insert into taxonomies (name, meta_business_unit_id, created_at, updated_at)
      values (${values.name}, ${values.metaBusinessUnitId}, ${now}, ${now}) returning ${columns(db)}`,
  );
}

/** Replaces a taxonomy. */
export async function updateTaxonomy(db: Db, id: number, values: TaxonomyValues, now: Date): Promise<TaxonomyRow> {
  return one(
    await db<TaxonomyRow[]>`
      update taxonomies set name = ${values.name}, meta_business_unit_id = ${values.metaBusinessUnitId},
        updated_at = ${now}
      where id = ${id} returning ${columns(db)}`,
  );
}

/** Removes a taxonomy; PostgreSQL refuses while it has tags. */
export async function deleteTaxonomy(db: Db, id: number): Promise<void> {
  await db`delete from taxonomies where id = ${id}`;
}
