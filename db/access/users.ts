/**
 * Users and service accounts, with the roles they have.
 *
 * @module
 */

import { type Db, one } from "../open.ts";
import { type Grant, grantsColumn } from "./grants.ts";

/** A user with the ids of their roles and what these grant. */
export type UserRow = {
  id: number;
  username: string;
  email: string;
  fullName: string;
  passwordHash: string | null;
  isActive: boolean;
  isSuperuser: boolean;
  isServiceAccount: boolean;
  createdAt: Date;
  updatedAt: Date;
  lastLoginAt: Date | null;
  roles: number[];
  grants: Grant[];
};

/** Returns the written columns of a user. */
export type UserValues = Pick<
  UserRow,
  "username" | "email" | "fullName" | "passwordHash" | "isActive" | "isSuperuser" | "isServiceAccount"
>;

const columns = (db: Db) =>
  db`u.id, u.username, u.email, u.full_name, u.password_hash, u.is_active, u.is_superuser, u.is_service_account,
     u.created_at, u.updated_at, u.last_login_at,
     array(select ur.role_id from user_roles ur where ur.user_id = u.id order by ur.role_id) as roles,
     ${grantsColumn(db)}`;

/** Returns one user. */
export async function findUser(db: Db, id: number): Promise<UserRow | undefined> {
  const [row] = await db<UserRow[]>`
    select ${columns(db)} from users u where u.id = ${id}`;
  return row;
}

/** Returns the same, locked for the transaction. */
export async function lockUser(db: Db, id: number): Promise<UserRow | undefined> {
  const [row] = await db<UserRow[]>`
    select ${columns(db)} from users u where u.id = ${id} for update`;
  return row;
}

/** Returns the user of that name, in any case. */
export async function findUserByName(db: Db, username: string): Promise<UserRow | undefined> {
  const [row] = await db<UserRow[]>`select ${columns(db)} from users u where lower(u.username) = lower(${username})`;
  return row;
}

/** Returns the filters of a list; absent means any. */
export type UserQuery = { username?: string | undefined; email?: string | undefined; limit: number; offset: number };

/** Users by id. */
export async function listUsers(db: Db, query: UserQuery): Promise<{ count: number; rows: UserRow[] }> {
  const where = db`where true
    ${query.username === undefined ? db`` : db`and lower(u.username) = lower(${query.username})`}
    ${query.email === undefined ? db`` : db`and lower(u.email) = lower(${query.email})`}`;
  const { count } = one(await db<{ count: number }[]>`select count(*)::int as count from users u ${where}`);
  const rows = await db<UserRow[]>`
    select ${columns(db)} from users u ${where} order by u.id limit ${query.limit} offset ${query.offset}`;
  return { count, rows: [...rows] };
}

/** Adds a user. Returns the id. */
export async function insertUser(db: Db, values: UserValues, now: Date): Promise<number> {
  const { id } = one(
    await db<{ id: number }[]>`
      insert into users (username, email, full_name, password_hash, is_active, is_superuser, is_service_account,
                         created_at, updated_at)
      values (${values.username}, ${values.email}, ${values.fullName}, ${values.passwordHash}, ${values.isActive},
              ${values.isSuperuser}, ${values.isServiceAccount}, ${now}, ${now})
      returning id`,
  );
  return id;
}

/** Replaces a user. */
export async function updateUser(db: Db, id: number, values: UserValues, now: Date): Promise<void> {
  await db`
    update users set username = ${values.username}, email = ${values.email}, full_name = ${values.fullName},
      password_hash = ${values.passwordHash}, is_active = ${values.isActive}, is_superuser = ${values.isSuperuser},
      is_service_account = ${values.isServiceAccount}, updated_at = ${now}
    where id = ${id}`;
}

/** Replaces a user's password hash, unless it changed since it was read. */
export async function replacePasswordHash(db: Db, id: number, before: string, after: string): Promise<void> {
  await db`update users set password_hash = ${after} where id = ${id} and password_hash = ${before}`;
}

/** Notes a sign-in. */
export async function touchLogin(db: Db, id: number, now: Date): Promise<void> {
  await db`update users set last_login_at = ${now} where id = ${id}`;
}

/** Removes a user with their tokens and sessions. */
export async function deleteUser(db: Db, id: number): Promise<void> {
  await db`delete from users where id = ${id}`;
}

/** Sets the roles of a user to exactly these. */
export async function setUserRoles(db: Db, id: number, roles: readonly number[]): Promise<void> {
  await db`delete from user_roles where user_id = ${id} and not role_id = any(${[...roles]})`;
  await db`
    insert into user_roles (user_id, role_id) select ${id}, unnest(${[...roles]}::int[]) on conflict do nothing`;
}

/** Whether a person (not a service account) exists. */
export async function anyPersonExists(db: Db): Promise<boolean> {
  return one(
    await db<{ found: boolean }[]>`select exists (select 1 from users where not is_service_account) as found`,
  ).found;
}

/** Returns ids of the people who are active superusers, locked, so that two removals can not leave none. */
export async function lockSuperusers(db: Db): Promise<number[]> {
  const rows = await db<{ id: number }[]>`
    select id from users where is_superuser and is_active and not is_service_account order by id for update`;
  return rows.map(({ id }) => id);
}
