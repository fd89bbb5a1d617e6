/**
 * Meta business units: the parts of an organisation that enrollments belong to.
 *
 * @module
 */

import { type Db, one } from "./open.ts";

/** A meta business unit. */
export type MetaBusinessUnitRow = { id: number; name: string; createdAt: Date; updatedAt: Date };

const columns = (db: Db) => db`id, name, created_at, updated_at`;

/** One unit; locked for the transaction when asked. */
export async function findMetaBusinessUnit(
  db: Db,
  id: number,
  lock = false,
): Promise<MetaBusinessUnitRow | undefined> {
  const [row] = await db<MetaBusinessUnitRow[]>`
    select ${columns(db)} from meta_business_units where id = ${id} ${lock ? db`for update` : db``}`;
  return row;
}

/** Units by name. */
export async function listMetaBusinessUnits(
  db: Db,
  query: { name?: string | undefined; limit: number; offset: number },
): Promise<{ count: number; rows: MetaBusinessUnitRow[] }> {
  const where = query.name === undefined ? db`` : db`where name = ${query.name}`;
  const { count } = one(await db<{ count: number }[]>`select count(*)::int as count from meta_business_units ${where}`);
  const rows = await db<MetaBusinessUnitRow[]>`
    select ${columns(db)} from meta_business_units ${where}
    order by name, id limit ${query.limit} offset ${query.offset}`;
  return { count, rows: [...rows] };
}

/** Adds a unit. */
export async function insertMetaBusinessUnit(
  db: Db,
  values: { name: string },
  now: Date,
): Promise<MetaBusinessUnitRow> {
  return one(
    await db<MetaBusinessUnitRow[]>`
      insert into meta_business_units (name, created_at, updated_at) values (${values.name}, ${now}, ${now})
      returning ${columns(db)}`,
  );
}

/** Renames a unit. */
export async function updateMetaBusinessUnit(
  db: Db,
  id: number,
  values: { name: string },
  now: Date,
): Promise<MetaBusinessUnitRow> {
  return one(
    await db<MetaBusinessUnitRow[]>`
      update meta_business_units set name = ${values.name}, updated_at = ${now} where id = ${id}
      returning ${columns(db)}`,
  );
}

/** Removes a unit; PostgreSQL refuses while something belongs to it. */
export async function deleteMetaBusinessUnit(db: Db, id: number): Promise<void> {
  await db`delete from meta_business_units where id = ${id}`;
}
