/**
 * The rights by which somebody sees the requests of others.
 *
 * @module
 */

import type { HeldRight } from "../../db/approvals/approvals.ts";
import type { Actor } from "../access/actor.ts";
import { limitOf } from "../access/device_limit.ts";
import { isOfDevices, isPermission } from "../access/permissions.ts";

/** Returns the permissions for devices that an actor holds, with the devices; "all" for superusers. */
export function rightsOf(actor: Actor): readonly HeldRight[] | "all" {
  if (actor.isSuperuser) return "all";
  const held = new Set(actor.grants.flatMap(({ permissions }) => permissions));
  return [...held].filter(isPermission).filter(isOfDevices).map((permission) => ({
    permission,
    only: limitOf(actor, permission),
  }));
}
