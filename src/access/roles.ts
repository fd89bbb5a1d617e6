/**
 * Managing roles.
 *
 * @module
 */

import {
  deleteRole as deleteRoleRow,
  insertRole,
  lockRole,
  type RoleRow,
  updateRole as updateRoleRow,
} from "../../db/access/roles.ts";
import { isUniqueViolation } from "../../db/open.ts";
import { invalid, problem } from "../errors.ts";
import { recordAudit } from "../events/record.ts";
import { naiveUtc } from "../naive_utc.ts";
import type { Runtime } from "../runtime.ts";
import { mustHoldAllOf } from "./delegation.ts";
import type { Authorised } from "./operator.ts";
import { isPermission } from "./permissions.ts";

/** The input for a role. */
export type RoleInput = { name: string; permissions: readonly string[] };

/** Returns a role as API and audit show it. */
export function roleRepresentation(role: RoleRow) {
  return {
    id: role.id,
    name: role.name,
    permissions: role.permissions,
    created_at: naiveUtc(role.createdAt),
    updated_at: naiveUtc(role.updatedAt),
  };
}

const taken = (error: unknown): unknown =>
  isUniqueViolation(error, "roles_name") ? invalid({ name: ["role with this name already exists."] }) : error;

function checked(input: RoleInput): RoleInput {
  const unknown = input.permissions.filter((permission) => !isPermission(permission));
  if (unknown.length > 0) {
    throw invalid({ permissions: unknown.map((permission) => `"${permission}" is not a valid choice.`) });
  }
  return { name: input.name, permissions: [...new Set(input.permissions)].sort() };
}

/** Creates a role of permissions that the actor holds. */
export async function createRole(runtime: Runtime, by: Authorised, input: RoleInput): Promise<RoleRow> {
  const values = checked(input);
  mustHoldAllOf(by.actor, { isSuperuser: false, permissions: values.permissions });
  return await runtime.sql.begin(async (tx) => {
    const role = await insertRole(tx, values, runtime.clock.now());
    await recordAudit(tx, runtime, by, {
      action: "created",
      model: "accounts.role",
      pk: role.id,
      after: roleRepresentation(role),
    });
    return role;
  }).catch((error) => {
    throw taken(error);
  });
}

/** Replaces a role. The actor must hold its old and its new permissions: its users lose the removed ones. */
export async function updateRole(runtime: Runtime, by: Authorised, id: number, input: RoleInput): Promise<RoleRow> {
  const values = checked(input);
  return await runtime.sql.begin(async (tx) => {
    const before = await lockRole(tx, id);
    if (before === undefined) throw problem("not-found");
    // The attack: an operator empties a role with more permissions than their own, or renames it into one that is
    // assigned carelessly.
    mustHoldAllOf(by.actor, { isSuperuser: false, permissions: [...before.permissions, ...values.permissions] });
    const after = await updateRoleRow(tx, id, values, runtime.clock.now());
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: "accounts.role",
      pk: id,
      before: roleRepresentation(before),
      after: roleRepresentation(after),
    });
    return after;
  }).catch((error) => {
    throw taken(error);
  });
}

/** Removes a role that the actor holds all of; its users lose it. */
export async function deleteRole(runtime: Runtime, by: Authorised, id: number): Promise<void> {
  await runtime.sql.begin(async (tx) => {
    const before = await lockRole(tx, id);
    if (before === undefined) throw problem("not-found");
    mustHoldAllOf(by.actor, { isSuperuser: false, permissions: before.permissions });
    await deleteRoleRow(tx, id);
    await recordAudit(tx, runtime, by, {
      action: "deleted",
      model: "accounts.role",
      pk: id,
      before: roleRepresentation(before),
    });
  });
}
