/**
 * The commands that an actor may send or cancel. A role may list them; several roles are united.
 *
 * @module
 */

import type { Grant } from "../../db/access/grants.ts";
import { problem } from "../errors.ts";
import type { Actor } from "./actor.ts";

/** The permission that roles narrow by a list of commands. */
export const SEND_COMMANDS = "mdm.add_devicecommand";

/** Whether a role gives the right to send this command. */
const gives = ({ permissions, commands }: Grant, name: string): boolean =>
  permissions.includes(SEND_COMMANDS) && (commands === null || commands.includes(name));

/**
 * Whether the roles of an actor allow a command, by its name or the request type of a custom one. Permissions are
 * checked elsewhere: an actor none of whose roles gives `mdm.add_devicecommand` was let in by another permission, which
 * has no list.
 */
export function mayCommand({ isSuperuser, grants }: Actor, name: string): boolean {
  if (isSuperuser) return true;
  const sending = grants.filter(({ permissions }) => permissions.includes(SEND_COMMANDS));
  return sending.length === 0 || sending.some((grant) => gives(grant, name));
}

/**
 * Refuses a command that the actor's roles do not allow. The attack: an operator who may lock devices erases one, with
 * the command itself or with a custom command of the same request type.
 */
export function mustAllowCommands(actor: Actor, names: readonly string[]): void {
  const refused = names.find((name) => !mayCommand(actor, name));
  if (refused === undefined) return;
  throw problem("permission-denied", `You do not have permission to use the command ${refused}.`, {
    reason: `no role allows ${refused}`,
  });
}
