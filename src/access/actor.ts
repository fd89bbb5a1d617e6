/**
 * An authenticated operator and their permissions.
 *
 * @module
 */

import type { Grant } from "../../db/access/grants.ts";

/** A permission: `<app>.<verb>_<model>`, e.g. `mdm.view_enrolleddevice`. */
export type Permission = `${string}.${string}`;

/** A user or service account behind a request. */
export type Actor = {
  userId: number;
  username: string;
  isServiceAccount: boolean;
  isSuperuser: boolean;
  /** What each role grants. On a device, only roles that cover it count (`actorOn`). */
  grants: readonly Grant[];
  /** The API token that was used; absent for a browser session. */
  tokenId?: string;
};

/** Whether the actor holds every one of the permissions, on some devices at least. Superusers hold all. */
export function mayAll({ isSuperuser, grants }: Actor, permissions: readonly Permission[]): boolean {
  return isSuperuser ||
    permissions.every((permission) => grants.some((grant) => grant.permissions.includes(permission)));
}
