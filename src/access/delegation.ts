/**
 * Operators grant only permissions that they hold, for the commands and devices that they hold them for.
 *
 * The attack: an operator who may edit users or roles gives themselves another role, widens the limits of their own,
 * resets the password of a user with more permissions, or creates a token for that user.
 *
 * @module
 */

import type { Grant } from "../../db/access/grants.ts";
import { problem } from "../errors.ts";
import type { Actor } from "./actor.ts";
import { isSendPermission } from "./command_rights.ts";

/** The permissions that a person holds. */
export type Holder = { isSuperuser: boolean; grants: readonly Grant[] };

type Limit = Pick<Grant, "limitedToTags" | "limitedToBusinessUnits">;

/** Whether a role is for some devices only. */
export const isLimited = ({ limitedToTags, limitedToBusinessUnits }: Limit) =>
  limitedToTags.length > 0 || limitedToBusinessUnits.length > 0;

/** Whether these roles together cover every device that `limit` covers. */
function cover(roles: readonly Limit[], limit: Limit): boolean {
  if (roles.some((role) => !isLimited(role))) return true;
  return isLimited(limit) &&
    limit.limitedToTags.every((tag) => roles.some((role) => role.limitedToTags.includes(tag))) &&
    limit.limitedToBusinessUnits.every((unit) => roles.some((role) => role.limitedToBusinessUnits.includes(unit)));
}

/** Whether the actor's roles grant all that `wanted` grants. */
function holdsGrant({ grants }: Actor, wanted: Grant): boolean {
  return wanted.permissions.every((permission) => {
    const holding = grants.filter(({ permissions }) => permissions.includes(permission));
    if (!isSendPermission(permission)) return cover(holding, wanted);
    const every = holding.filter(({ commands }) => commands === null);
    if (wanted.commands === null) return cover(every, wanted);
    return wanted.commands.every((name) =>
      cover(holding.filter((role) => role.commands === null || role.commands.includes(name)), wanted)
    );
  });
}

/** Whether the actor holds all that `other` holds. */
export function holdsAllOf(actor: Actor, other: Holder): boolean {
  if (actor.isSuperuser) return true;
  return !other.isSuperuser && other.grants.every((grant) => holdsGrant(actor, grant));
}

/** Refuses to grant permissions that the actor does not hold. */
export function mustHoldAllOf(actor: Actor, other: Holder): void {
  if (holdsAllOf(actor, other)) return;
  throw problem("permission-denied", undefined, {
    reason: "the actor does not have all the permissions that would be granted",
  });
}
