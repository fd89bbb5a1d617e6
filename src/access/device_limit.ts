/**
 * Roles that are limited to some devices: what an actor may do with one device, and which devices their lists show.
 *
 * Promise: a device that no role of the actor covers is answered as one that does not exist.
 *
 * @module
 */

import {
  coveredBy,
  type DeviceLimit,
  type DeviceSubject,
  uncoveredSerialNumbers,
} from "../../db/access/device_limit_views.ts";
import type { Db } from "../../db/open.ts";
import { invalid, problem } from "../errors.ts";
import { type Actor, mayAll, type Permission } from "./actor.ts";
import { isLimited } from "./delegation.ts";
import type { Operator } from "./operator.ts";

/** Returns the actor with those roles only that cover a device. Roles without a limit cover every device. */
async function actorOn(db: Db, actor: Actor, subject: DeviceSubject): Promise<Actor> {
  const limited = actor.grants.filter(isLimited);
  if (actor.isSuperuser || limited.length === 0) return actor;
  const covered = await coveredBy(db, subject, limited);
  const lost = new Set(limited.filter((_, index) => covered[index] !== true));
  return { ...actor, grants: actor.grants.filter((grant) => !lost.has(grant)) };
}

/**
 * Returns the operator as they are on a device, who has the permissions there. Throws `not-found` for a device that
 * they may not see, and `permission-denied` for one that they may see.
 */
export async function operatorOn(
  db: Db,
  by: Operator,
  subject: DeviceSubject,
  permitted: (actor: Actor) => boolean,
): Promise<Operator> {
  const actor = await actorOn(db, by.actor, subject);
  if (actor === by.actor || permitted(actor)) return { ...by, actor };
  throw problem(mayAll(actor, ["mdm.view_enrolleddevice"]) ? "permission-denied" : "not-found");
}

/**
 * Refuses an action on many devices, by serial number, unless the actor has the permissions for each of them. Throws
 * `invalid` with the unknown ones.
 */
export async function mustCover(
  db: Db,
  actor: Actor,
  permissions: readonly Permission[],
  serialNumbers: readonly string[],
): Promise<void> {
  for (const permission of permissions) {
    const limit = limitOf(actor, permission);
    const unknown = limit === undefined ? [] : await uncoveredSerialNumbers(db, serialNumbers, limit);
    if (unknown.length > 0) {
      throw invalid({ serial_numbers: unknown.slice(0, 10).map((one) => `There is no device ${one}.`) });
    }
  }
}

/**
 * Returns which devices the actor has a permission for, as lists need it; undefined: all. With the names of a command:
 * for which devices a role allows it.
 */
export function limitOf(
  actor: Actor,
  permission: Permission,
  commands: readonly string[] = [],
): DeviceLimit | undefined {
  if (actor.isSuperuser) return undefined;
  const holding = actor.grants.filter((grant) =>
    grant.permissions.includes(permission) &&
    commands.every((name) => grant.commands === null || grant.commands.includes(name))
  );
  if (holding.some((grant) => !isLimited(grant))) return undefined;
  return {
    limitedToTags: [...new Set(holding.flatMap(({ limitedToTags }) => limitedToTags))],
    limitedToBusinessUnits: [...new Set(holding.flatMap(({ limitedToBusinessUnits }) => limitedToBusinessUnits))],
  };
}
