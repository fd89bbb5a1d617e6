/**
 * Roles: named lists of permissions, for all devices or some.
 *
 * @module
 */

import { type Db, one } from "../open.ts";
import type { Grant } from "./grants.ts";

/** The written columns of a role. */
export type RoleValues = Grant & { name: string };

/** A role. */
export type RoleRow = RoleValues & { id: number; createdAt: Date; updatedAt: Date };

const columns = (db: Db) =>
  db`id, name, permissions, commands, limited_to_tags, limited_to_business_units, created_at, updated_at`;

const listOrNull = (list: readonly string[] | null) => list === null ? null : [...list];

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
export async function insertRole(db: Db, values: RoleValues, now: Date): Promise<RoleRow> {
  return one(
    await db<RoleRow[]>`
      insert into roles (name, permissions, commands, limited_to_tags, limited_to_business_units, created_at, updated_at)
      values (${values.name}, ${[...values.permissions]}, ${listOrNull(values.commands)},
              ${[...values.limitedToTags]}::int[], ${[...values.limitedToBusinessUnits]}::int[], ${now}, ${now})
      returning ${columns(db)}`,
  );
}

/** Replaces a role. */
export async function updateRole(db: Db, id: number, values: RoleValues, now: Date): Promise<RoleRow> {
  return one(
    await db<RoleRow[]>`
      update roles set name = ${values.name}, permissions = ${[...values.permissions]},
        commands = ${listOrNull(values.commands)}, limited_to_tags = ${[...values.limitedToTags]}::int[],
        limited_to_business_units = ${[...values.limitedToBusinessUnits]}::int[], updated_at = ${now}
      where id = ${id} returning ${columns(db)}`,
  );
}

/** Removes a role; its users lose it. */
export async function deleteRole(db: Db, id: number): Promise<void> {
  await db`delete from roles where id = ${id}`;
}
