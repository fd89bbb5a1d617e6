/**
 * Canceling a command that an operator may send.
 *
 * @module
 */

import { findCommand } from "../../db/work/commands.ts";
import { findUserCommand } from "../../db/work/user_command_views.ts";
import { mustAllowCommands } from "../access/command_rights.ts";
import { operatorOn } from "../access/device_limit.ts";
import { mayAll } from "../access/actor.ts";
import type { Operator } from "../access/operator.ts";
import { cancelQueued } from "../commands/queue.ts";
import { problem } from "../errors.ts";
import type { Runtime } from "../runtime.ts";

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
  mustAllowCommands(here.actor, [command.name], `mdm.add_${of}command`);
  await cancelQueued(runtime, by, uuid, `mdm.${of}command`);
}
