/**
 * The rights by which somebody sees the requests of others.
 *
 * @module
 */

import type { Grant } from "../../db/access/grants.ts";
import type { HeldRight } from "../../db/approvals/approvals.ts";
import type { Actor } from "../access/actor.ts";
import { isSendPermission } from "../access/command_rights.ts";
import { isLimited } from "../access/delegation.ts";
import { isOfDevices, isPermission } from "../access/permissions.ts";

/** The commands that roles allow together; null: all. */
const together = (grants: readonly Grant[]): readonly string[] | null =>
  grants.some(({ commands }) => commands === null) ? null : grants.flatMap(({ commands }) => commands ?? []);

/**
 * Returns the permissions for devices that an actor holds, with the commands and the devices; "all" for superusers. What
 * roles for all devices allow counts on the devices of a limited role as well.
 */
export function rightsOf({ isSuperuser, grants }: Actor): readonly HeldRight[] | "all" {
  if (isSuperuser) return "all";
  const held = new Set(grants.flatMap(({ permissions }) => permissions));
  return [...held].filter(isPermission).filter(isOfDevices).flatMap((permission): HeldRight[] => {
    const holding = grants.filter(({ permissions }) => permissions.includes(permission));
    const everywhere = holding.filter((grant) => !isLimited(grant));
    const right = (roles: readonly Grant[], only: HeldRight["only"]): HeldRight => ({
      permission,
      commands: isSendPermission(permission) ? together(roles) : null,
      only,
    });
    return [
      ...(everywhere.length === 0 ? [] : [right(everywhere, undefined)]),
      ...holding.filter(isLimited).map((grant) => right([...everywhere, grant], grant)),
    ];
  });
}
