/**
 * Nobody grants what they do not hold.
 *
 * Without this rule the right to edit users or roles is the right to everything: give yourself a role, reset the password of
 * somebody mightier, or make a token for them.
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

/** Refuses to give away what the actor does not hold. */
export function mustHoldAllOf(actor: Actor, other: Holder): void {
  if (holdsAllOf(actor, other)) return;
  throw problem("permission-denied", undefined, {
    reason: "the actor does not have all the permissions that would be granted",
  });
}
