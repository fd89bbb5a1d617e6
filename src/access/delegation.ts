/**
 * Operators grant only permissions that they hold.
 *
 * The attack: an operator who may edit users or roles gives themselves another role, resets the password of a user with
 * more permissions, or creates a token for that user.
 *
 * @module
 */

import { problem } from "../errors.ts";
import type { Actor } from "./actor.ts";

/** The permissions that a person holds. */
export type Holder = { isSuperuser: boolean; permissions: Iterable<string> };

/** Whether the actor holds all that `other` holds. */
export function holdsAllOf(actor: Actor, other: Holder): boolean {
  if (actor.isSuperuser) return true;
  return !other.isSuperuser && [...other.permissions].every((permission) => actor.permissions.has(permission));
}

/** Refuses to grant permissions that the actor does not hold. */
export function mustHoldAllOf(actor: Actor, other: Holder): void {
  if (holdsAllOf(actor, other)) return;
  throw problem("permission-denied", undefined, {
    reason: "the actor does not have all the permissions that would be granted",
  });
}
