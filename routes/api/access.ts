/**
 * The permissions that the caller of an endpoint needs.
 *
 * @module
 */

import type { Permission } from "../../src/access/actor.ts";
import type { Endpoint } from "./endpoint.ts";

/** Returns the permissions of an endpoint as a list. */
export function permissionsOf({ permission }: Pick<Endpoint, "permission">): readonly Permission[] {
  return permission === "authenticated" ? [] : typeof permission === "string" ? [permission] : permission;
}
