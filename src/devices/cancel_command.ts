/**
 * Canceling a command that an operator may send.
 *
 * @module
 */

import { findArguments, findCommand } from "../../db/work/commands.ts";
import { findUserCommand } from "../../db/work/user_command_views.ts";
import { mustAllowCommands } from "../access/command_rights.ts";
import { operatorOn } from "../access/device_limit.ts";
import { mayAll } from "../access/actor.ts";
import type { Operator } from "../access/operator.ts";
import { argumentsOf, cancelQueued } from "../commands/queue.ts";
import { commandNamed } from "../commands/registry.ts";
import { namesOf } from "../commands/right_names.ts";
import { problem } from "../errors.ts";
import type { Runtime } from "../runtime.ts";

/**
 * Returns the name of a command, and the request type in its arguments: who may not send an EraseDevice does not cancel
 * one in a custom command either. One that has ended is only named.
 */
async function namesOfQueued(runtime: Runtime, { name, uuid }: { name: string; uuid: string }): Promise<string[]> {
  const command = commandNamed(name);
  const row = command?.requestTypeOf === undefined ? undefined : await findArguments(runtime.sql, uuid);
  if (command === undefined || row === undefined) return [name];
  return namesOf(command, await argumentsOf(runtime, row.id, row.arguments, row.secretsSealed));
}

/**
 * Cancels a command that waits to be sent to a device, or to a user of one. Throws `permission-denied` if the operator may
 * not use the command, otherwise as `cancelQueued` does.
 */
export async function cancelCommand(
  runtime: Runtime,
  by: Operator,
  uuid: string,
  of: "device" | "user" = "device",
): Promise<void> {
  const command = await (of === "device" ? findCommand : findUserCommand)(runtime.sql, uuid);
  if (command === undefined) throw problem("not-found");
  const here = await operatorOn(
    runtime.sql,
    by,
    { deviceId: command.deviceId },
    (actor) => mayAll(actor, [`mdm.delete_${of}command`]),
  );
  mustAllowCommands(here.actor, await namesOfQueued(runtime, command), `mdm.add_${of}command`);
  await cancelQueued(runtime, by, uuid, `mdm.${of}command`);
}
