/**
 * An authenticated operator and their permissions.
 *
 * @module
 */

/** A permission: `<app>.<verb>_<model>`, e.g. `mdm.view_enrolleddevice`. */
export type Permission = `${string}.${string}`;

/** A user or service account behind a request. */
export type Actor = {
  userId: number;
  username: string;
  isServiceAccount: boolean;
  isSuperuser: boolean;
  permissions: ReadonlySet<string>;
  /** The API token that was used; absent for a browser session. */
  tokenId?: string;
};

/** Whether the actor holds every one of the permissions. Superusers hold all. */
export function mayAll(actor: Actor, permissions: readonly Permission[]): boolean {
  return actor.isSuperuser || permissions.every((permission) => actor.permissions.has(permission));
}
