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
  type RoleValues,
  updateRole as updateRoleRow,
} from "../../db/access/roles.ts";
import { isUniqueViolation, type Tx } from "../../db/open.ts";
import { knownMetaBusinessUnits } from "../../db/tags/meta_business_units.ts";
import { findTags } from "../../db/tags/tags.ts";
import { isCommand } from "../commands/registry.ts";
import { invalid, problem } from "../errors.ts";
import { foreignText } from "../foreign_text.ts";
import { unknownPk } from "../input_fields.ts";
import { recordAudit } from "../events/record.ts";
import { naiveUtc } from "../naive_utc.ts";
import type { Runtime } from "../runtime.ts";
import { isLimited, mustHoldAllOf } from "./delegation.ts";
import type { Authorised } from "./operator.ts";
import { isOfDevices, isPermission } from "./permissions.ts";

/** The input for a role. What is absent is unchanged; a new role then has every command, and no limit. */
export type RoleInput = {
  name: string;
  permissions: readonly string[];
  commands?: readonly string[] | null | undefined;
  limitedToTags?: readonly number[] | undefined;
  limitedToBusinessUnits?: readonly number[] | undefined;
};

/** Returns a role as API and audit show it. */
export function roleRepresentation(role: RoleRow) {
  return {
    id: role.id,
    name: role.name,
    permissions: [...role.permissions],
    commands: role.commands === null ? null : [...role.commands],
    limited_to_tags: [...role.limitedToTags],
    limited_to_business_units: [...role.limitedToBusinessUnits],
    created_at: naiveUtc(role.createdAt),
    updated_at: naiveUtc(role.updatedAt),
  };
}

const taken = (error: unknown): unknown =>
  isUniqueViolation(error, "roles_name") ? invalid({ name: ["role with this name already exists."] }) : error;

const sorted = <T>(list: Iterable<T>): T[] => [...new Set(list)].sort();

/** Refuses tags and business units that do not exist. */
async function mustExist(tx: Tx, values: RoleValues): Promise<void> {
  const tags = new Set((await findTags(tx, values.limitedToTags)).map(({ id }) => id));
  const units = new Set(await knownMetaBusinessUnits(tx, values.limitedToBusinessUnits));
  const fields = {
    limited_to_tags: values.limitedToTags.filter((id) => !tags.has(id)).map(unknownPk),
    limited_to_business_units: values.limitedToBusinessUnits.filter((id) => !units.has(id)).map(unknownPk),
  };
  const wrong = Object.entries(fields).filter(([, messages]) => messages.length > 0);
  if (wrong.length > 0) throw invalid(Object.fromEntries(wrong));
}

/**
 * Returns the values of a role. Throws `invalid` for unknown names, and for permissions that a role which is limited to
 * some devices cannot have: they are about the whole server.
 */
async function checked(tx: Tx, input: RoleInput, before?: RoleRow): Promise<RoleValues> {
  const commands = input.commands === undefined ? before?.commands ?? null : input.commands;
  const values = {
    name: input.name,
    permissions: sorted(input.permissions),
    commands: commands === null ? null : sorted(commands),
    limitedToTags: [...new Set(input.limitedToTags ?? before?.limitedToTags ?? [])],
    limitedToBusinessUnits: [...new Set(input.limitedToBusinessUnits ?? before?.limitedToBusinessUnits ?? [])],
  };
  const unknown = values.permissions.filter((permission) => !isPermission(permission));
  if (unknown.length > 0) {
    throw invalid({ permissions: unknown.map((permission) => `"${permission}" is not a valid choice.`) });
  }
  const odd = values.commands?.filter((name) => !isCommand(name)) ?? [];
  if (odd.length > 0) {
    throw invalid({ commands: odd.map((name) => `"${foreignText(name, 100)}" is not a valid choice.`) });
  }
  if (isLimited(values)) {
    const wide = values.permissions.filter((permission) => !isOfDevices(permission));
    if (wide.length > 0) {
      throw invalid({
        permissions: wide.map((permission) =>
          `"${permission}" is not possible in a role that is limited to some devices.`
        ),
      });
    }
  }
  await mustExist(tx, values);
  return values;
}

/** Creates a role of permissions that the actor holds. */
export async function createRole(runtime: Runtime, by: Authorised, input: RoleInput): Promise<RoleRow> {
  return await runtime.sql.begin(async (tx) => {
    const values = await checked(tx, input);
    mustHoldAllOf(by.actor, { isSuperuser: false, grants: [values] });
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
  return await runtime.sql.begin(async (tx) => {
    const before = await lockRole(tx, id);
    if (before === undefined) throw problem("not-found");
    const values = await checked(tx, input, before);
    // The attack: an operator empties a role with more permissions than their own, or renames it into one that is
    // assigned carelessly.
    mustHoldAllOf(by.actor, { isSuperuser: false, grants: [before, values] });
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
    mustHoldAllOf(by.actor, { isSuperuser: false, grants: [before] });
    await deleteRoleRow(tx, id);
    await recordAudit(tx, runtime, by, {
      action: "deleted",
      model: "accounts.role",
      pk: id,
      before: roleRepresentation(before),
    });
  });
}
