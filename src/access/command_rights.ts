/**
 * The commands that an actor may send or cancel. A role may list them; several roles are united.
 *
 * @module
 */

import type { Grant } from "../../db/access/grants.ts";
import { problem } from "../errors.ts";
import type { Actor } from "./actor.ts";

/** The permissions that roles narrow by a list of commands: those to send one to a device, or to a user of one. */
export const SEND_COMMANDS = "mdm.add_devicecommand";
const SEND_USER_COMMANDS = "mdm.add_usercommand";

/** One of them. */
export type SendPermission = typeof SEND_COMMANDS | typeof SEND_USER_COMMANDS;

/** Whether a permission is narrowed by the list of commands of its role. */
export const isSendPermission = (permission: string): permission is SendPermission =>
  permission === SEND_COMMANDS || permission === SEND_USER_COMMANDS;

/** Whether a role that has the permission allows a command. */
const gives = ({ permissions, commands }: Grant, name: string, permission: SendPermission): boolean =>
  permissions.includes(permission) && (commands === null || commands.includes(name));

/**
 * Whether the roles of an actor allow a command, by its name or the request type of a custom one. Permissions are
 * checked elsewhere: an actor none of whose roles has the permission to send was let in by another permission, which has
 * no list.
 */
export function mayCommand(
  { isSuperuser, grants }: Actor,
  name: string,
  permission: SendPermission = SEND_COMMANDS,
): boolean {
  if (isSuperuser) return true;
  const sending = grants.filter(({ permissions }) => permissions.includes(permission));
  return sending.length === 0 || sending.some((grant) => gives(grant, name, permission));
}

/**
 * Refuses a command that the actor's roles do not allow. The attack: an operator who may lock devices erases one, with
 * the command itself or with a custom command of the same request type.
 */
export function mustAllowCommands(
  actor: Actor,
  names: readonly string[],
  permission: SendPermission = SEND_COMMANDS,
): void {
  const refused = names.find((name) => !mayCommand(actor, name, permission));
  if (refused === undefined) return;
  throw problem("permission-denied", `You do not have permission to use the command ${refused}.`, {
    reason: `no role allows ${refused}`,
  });
}
