/**
 * Managing users and service accounts.
 *
 * @module
 */

import { findRoles } from "../../db/access/roles.ts";
import { deleteSessionsOf } from "../../db/access/sessions.ts";
import {
  deleteUser as deleteUserRow,
  findUser,
  insertUser,
  lockSuperusers,
  lockUser,
  setUserRoles,
  updateUser as updateUserRow,
  type UserRow,
  type UserValues,
} from "../../db/access/users.ts";
import { deleteInstanceSetting } from "../../db/installation/instance_settings.ts";
import { type Db, isUniqueViolation, type Tx } from "../../db/open.ts";
import { invalid, problem, refused } from "../errors.ts";
import { unknownPk } from "../input_fields.ts";
import { recordAudit } from "../events/record.ts";
import { naiveUtc } from "../naive_utc.ts";
import type { Runtime } from "../runtime.ts";
import { mustHoldAllOf } from "./delegation.ts";
import type { Authorised } from "./operator.ts";
import { checkPassword, hashPassword } from "./passwords.ts";
import { SETUP_KEY } from "./setup_key.ts";

/** The input for a user. */
export type UserInput = {
  username: string;
  email: string;
  fullName: string;
  isActive: boolean;
  isSuperuser: boolean;
  isServiceAccount: boolean;
  /** Ids of roles. */
  roles: readonly number[];
  /** Absent: unchanged (none for a new user, who then cannot sign in with a password). */
  password?: string | undefined;
};

/** Returns a user as API and audit show them: never the password's hash. */
export function userRepresentation(user: UserRow) {
  return {
    id: user.id,
    username: user.username,
    email: user.email,
    full_name: user.fullName,
    is_active: user.isActive,
    is_superuser: user.isSuperuser,
    is_service_account: user.isServiceAccount,
    roles: user.roles,
    last_login_at: naiveUtc(user.lastLoginAt),
    created_at: naiveUtc(user.createdAt),
    updated_at: naiveUtc(user.updatedAt),
  };
}

const taken = (error: unknown): unknown =>
  isUniqueViolation(error, "users_username")
    ? invalid({ username: ["A user with that username already exists."] })
    : error;

/** Checks the roles that a user shall have: they exist, and the actor may give those that are new. */
async function checkRoles(tx: Db, by: Authorised, wanted: readonly number[], before: readonly number[]): Promise<void> {
  const found = await findRoles(tx, wanted);
  const known = new Set(found.map(({ id }) => id));
  const unknown = wanted.filter((id) => !known.has(id));
  if (unknown.length > 0) {
    throw invalid({ roles: unknown.map(unknownPk) });
  }
  for (const role of found) {
    if (!before.includes(role.id)) mustHoldAllOf(by.actor, { isSuperuser: false, grants: [role] });
  }
}

async function valuesOf(runtime: Runtime, input: UserInput, before: string | null): Promise<UserValues> {
  const { roles: _, password, ...values } = input;
  if (input.isServiceAccount) {
    if (password !== undefined) throw invalid({ password: ["A service account has no password."] });
    return { ...values, passwordHash: null };
  }
  if (password === undefined) return { ...values, passwordHash: before };
  checkPassword(password, input.username);
  return { ...values, passwordHash: await hashPassword(password, runtime) };
}

async function mustFind(db: Db, id: number, find = findUser): Promise<UserRow> {
  const user = await find(db, id);
  if (user === undefined) throw problem("not-found");
  return user;
}

/** Creates a user. The first person who is created ends the first-run setup. */
export async function createUser(runtime: Runtime, by: Authorised, input: UserInput): Promise<UserRow> {
  mustHoldAllOf(by.actor, { isSuperuser: input.isSuperuser, grants: [] });
  const values = await valuesOf(runtime, input, null);
  return await runtime.sql.begin((tx) => createUserWithin(tx, runtime, by, values, input.roles)).catch((error) => {
    throw taken(error);
  });
}

/** The same inside a transaction, with the password hashed already. */
export async function createUserWithin(
  tx: Tx,
  runtime: Runtime,
  by: Authorised,
  values: UserValues,
  roles: readonly number[],
): Promise<UserRow> {
  await checkRoles(tx, by, roles, []);
  const id = await insertUser(tx, values, runtime.clock.now());
  await setUserRoles(tx, id, roles);
  // A setup token that outlives the first person would be a second way in.
  if (!values.isServiceAccount) await deleteInstanceSetting(tx, SETUP_KEY);
  const user = await mustFind(tx, id);
  await recordAudit(tx, runtime, by, {
    action: "created",
    model: "accounts.user",
    pk: id,
    after: userRepresentation(user),
  });
  return user;
}

/** Refuses to remove the last superuser who is a person. `superusers` are the current ones, locked. */
function mustStaySomebody(superusers: readonly number[], leaving: number): void {
  if (superusers.includes(leaving) && superusers.length === 1) {
    throw refused("This user is the last active superuser");
  }
}

/**
 * Replaces a user. A change of password, of activity or of kind ends the user's sessions.
 *
 * The actor must hold all permissions of the user. The attack: an operator sets the password of a user with more
 * permissions.
 */
export async function updateUser(runtime: Runtime, by: Authorised, id: number, input: UserInput): Promise<UserRow> {
  const seen = await mustFind(runtime.sql, id);
  mustHoldAllOf(by.actor, seen);
  mustHoldAllOf(by.actor, { isSuperuser: input.isSuperuser, grants: [] });
  if (seen.isServiceAccount !== input.isServiceAccount) {
    throw invalid({ is_service_account: ["This field cannot be changed."] });
  }
  const prepared = await valuesOf(runtime, input, null);
  return await runtime.sql.begin(async (tx) => {
    const superusers = await lockSuperusers(tx);
    const before = await mustFind(tx, id, lockUser);
    mustHoldAllOf(by.actor, before);
    if (!(input.isSuperuser && input.isActive)) mustStaySomebody(superusers, id);
    await checkRoles(tx, by, input.roles, before.roles);
    const values = { ...prepared, passwordHash: prepared.passwordHash ?? before.passwordHash };
    await updateUserRow(tx, id, values, runtime.clock.now());
    await setUserRoles(tx, id, input.roles);
    if (input.password !== undefined || !input.isActive) await deleteSessionsOf(tx, id);
    const after = await mustFind(tx, id);
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: "accounts.user",
      pk: id,
      before: userRepresentation(before),
      after: { ...userRepresentation(after), ...(input.password === undefined ? {} : { password_updated: true }) },
    });
    return after;
  }).catch((error) => {
    throw taken(error);
  });
}

/** Removes a user with their tokens and sessions. */
export async function deleteUser(runtime: Runtime, by: Authorised, id: number): Promise<void> {
  await runtime.sql.begin(async (tx) => {
    const superusers = await lockSuperusers(tx);
    const before = await mustFind(tx, id, lockUser);
    mustHoldAllOf(by.actor, before);
    if (by.actor.userId === id) throw refused("You cannot delete yourself");
    mustStaySomebody(superusers, id);
    await deleteUserRow(tx, id);
    await recordAudit(tx, runtime, by, {
      action: "deleted",
      model: "accounts.user",
      pk: id,
      before: userRepresentation(before),
    });
  });
}
