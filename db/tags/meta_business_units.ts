/**
 * Meta business units: the parts of an organisation that enrollments belong to.
 *
 * @module
 */

import { type Db, one } from "../open.ts";

/** A meta business unit. */
export type MetaBusinessUnitRow = {
  id: number;
  name: string;
  apiEnrollmentEnabled: boolean;
  createdAt: Date;
  updatedAt: Date;
};

/** Returns the written columns of a unit. */
export type MetaBusinessUnitValues = { name: string; apiEnrollmentEnabled?: boolean };

const columns = (db: Db) => db`id, name, api_enrollment_enabled, created_at, updated_at`;

/** Returns one unit. */
export async function findMetaBusinessUnit(
  db: Db,
  id: number,
): Promise<MetaBusinessUnitRow | undefined> {
  const [row] = await db<MetaBusinessUnitRow[]>`
    select ${columns(db)} from meta_business_units where id = ${id}`;
  return row;
}

/** Returns the same, locked for the transaction. */
export async function lockMetaBusinessUnit(
  db: Db,
  id: number,
): Promise<MetaBusinessUnitRow | undefined> {
  const [row] = await db<MetaBusinessUnitRow[]>`
    select ${columns(db)} from meta_business_units where id = ${id} for update`;
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
  values: MetaBusinessUnitValues,
  now: Date,
): Promise<MetaBusinessUnitRow> {
  return one(
    await db<MetaBusinessUnitRow[]>`
      insert into meta_business_units (name, api_enrollment_enabled, created_at, updated_at)
      values (${values.name}, ${values.apiEnrollmentEnabled ?? false}, ${now}, ${now})
      returning ${columns(db)}`,
  );
}

/** Updates a unit; absent fields are unchanged. */
export async function updateMetaBusinessUnit(
  db: Db,
  id: number,
  values: MetaBusinessUnitValues,
  now: Date,
): Promise<MetaBusinessUnitRow> {
  return one(
    await db<MetaBusinessUnitRow[]>`
      update meta_business_units set name = ${values.name}, updated_at = ${now},
        api_enrollment_enabled = coalesce(${values.apiEnrollmentEnabled ?? null}, api_enrollment_enabled)
      where id = ${id}
      returning ${columns(db)}`,
  );
}

/** Removes a unit; PostgreSQL refuses while something belongs to it. */
export async function deleteMetaBusinessUnit(db: Db, id: number): Promise<void> {
  await db`delete from meta_business_units where id = ${id}`;
}

/** Returns which of these ids are those of business units. */
export async function knownMetaBusinessUnits(db: Db, ids: readonly number[]): Promise<number[]> {
  const rows = await db<{ id: number }[]>`
    select id from meta_business_units where id = any(${[...ids]}::int[]) order by id`;
  return rows.map(({ id }) => id);
}
