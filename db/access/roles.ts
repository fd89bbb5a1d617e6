/**
 * Roles: named lists of permissions.
 *
 * @module
 */

import { type Db, one } from "../open.ts";

/** A role. */
export type RoleRow = { id: number; name: string; permissions: string[]; createdAt: Date; updatedAt: Date };

const columns = (db: Db) => db`id, name, permissions, created_at, updated_at`;

/** Returns one role. */
export async function findRole(db: Db, id: number): Promise<RoleRow | undefined> {
  const [row] = await db<RoleRow[]>`
    select ${columns(db)} from roles where id = ${id}`;
  return row;
}

/** Returns the same, locked for the transaction. */
export async function lockRole(db: Db, id: number): Promise<RoleRow | undefined> {
  const [row] = await db<RoleRow[]>`
    select ${columns(db)} from roles where id = ${id} for update`;
  return row;
}

/** Returns the roles with these ids, locked against change, by id; unknown ids are left out. */
export async function findRoles(db: Db, ids: readonly number[]): Promise<RoleRow[]> {
  return [
    ...await db<RoleRow[]>`select ${columns(db)} from roles where id = any(${[...ids]}::int[]) order by id for share`,
  ];
}

/** Roles by name. */
export async function listRoles(
  db: Db,
  query: { name?: string | undefined; limit: number; offset: number },
): Promise<{ count: number; rows: RoleRow[] }> {
  const where = query.name === undefined ? db`` : db`where name = ${query.name}`;
  const { count } = one(await db<{ count: number }[]>`select count(*)::int as count from roles ${where}`);
  const rows = await db<RoleRow[]>`
    select ${columns(db)} from roles ${where} order by name, id limit ${query.limit} offset ${query.offset}`;
  return { count, rows: [...rows] };
}

/** Adds a role. */
export async function insertRole(
  db: Db,
  values: { name: string; permissions: readonly string[] },
  now: Date,
): Promise<RoleRow> {
  return one(
    await db<RoleRow[]>`
      insert into roles (name, permissions, created_at, updated_at)
      values (${values.name}, ${[...values.permissions]}, ${now}, ${now}) returning ${columns(db)}`,
  );
}

/** Replaces a role. */
export async function updateRole(
  db: Db,
  id: number,
  values: { name: string; permissions: readonly string[] },
  now: Date,
): Promise<RoleRow> {
  return one(
    await db<RoleRow[]>`
      update roles set name = ${values.name}, permissions = ${[...values.permissions]}, updated_at = ${now}
      where id = ${id} returning ${columns(db)}`,
  );
}

/** Removes a role; its users lose it. */
export async function deleteRole(db: Db, id: number): Promise<void> {
  await db`delete from roles where id = ${id}`;
}
