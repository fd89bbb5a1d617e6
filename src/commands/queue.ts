/**
 * Queueing a command: valid for its target, its arguments checked, its secrets sealed.
 *
 * @module
 */

import type { ChannelId } from "../../db/ids.ts";
import { nextId } from "../../db/next_id.ts";
import type { Json, Tx } from "../../db/open.ts";
import { lockChannelOfCommand } from "../../db/work/channels.ts";
import { cancelCommand, insertCommand } from "../../db/work/commands.ts";
import { invalid, problem, refused } from "../errors.ts";
import type { By } from "../events/by.ts";
import { recordAudit } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import type { CommandTarget } from "./command.ts";
import type { AnyCommand } from "./registry.ts";

/** Returns where the secret arguments of a command are sealed. */
export const secretContext = (id: number) => ({ table: "commands", column: "secrets_sealed", id });

/** A queued command. */
export type Queued = { id: number; uuid: string };

/**
 * Queues a command on a channel. Of a `singleton` there is one at a time. `byPlan`: the arguments are the server's own.
 *
 * Throws `refused` ("Invalid target.") when it is not for this target, `invalid` with the fields that are wrong.
 */
export async function queueCommand(
  tx: Tx,
  runtime: Runtime,
  command: AnyCommand,
  target: CommandTarget,
  channelId: ChannelId,
  input: unknown,
  options: { singleton?: string; notBefore?: Date; byPlan?: true } = {},
): Promise<Queued> {
  const reason = command.invalidFor(target);
  if (reason !== null) throw problem("refused", "Invalid target.", { reason });
  const schema = options.byPlan === true ? command.args : command.argsFor?.(target) ?? command.args;
  const parsed = schema.safeParse(input);
  if (!parsed.success) {
    const fields: Record<string, string[]> = {};
    for (const issue of parsed.error.issues) {
      (fields[String(issue.path[0] ?? "non_field_errors")] ??= []).push(issue.message);
    }
    throw invalid(fields);
  }
  const args: Record<string, Json> = JSON.parse(
    JSON.stringify(command.complete?.(parsed.data, runtime.random) ?? parsed.data),
  );
  const secrets = Object.fromEntries(Object.entries(args).filter(([name]) => command.secretArgs.includes(name)));
  const open = Object.fromEntries(Object.entries(args).filter(([name]) => !command.secretArgs.includes(name)));
  const id = await nextId(tx, "commands");
  const uuid = runtime.random.uuid();
  const now = runtime.clock.now();
  await insertCommand(tx, {
    id,
    uuid,
    channelId,
    name: command.name,
    arguments: open,
    secretsSealed: Object.keys(secrets).length === 0
      ? null
      : await runtime.keys.seal(JSON.stringify(secrets), secretContext(id)),
    singleton: options.singleton ?? null,
    notBefore: options.notBefore ?? null,
    expiresAt: command.expiresAfter === null ? null : new Date(now.getTime() + command.expiresAfter * 1000),
  }, now);
  return { id, uuid };
}

/**
 * Cancels a command that waits to be sent. Throws `not-found`, and `refused` with the reason when it was sent or is over
 * already.
 */
export async function cancelQueued(runtime: Runtime, by: By, uuid: string): Promise<void> {
  await runtime.sql.begin(async (tx) => {
    // Before the command, as a conversation locks them: it may be about to send it.
    await lockChannelOfCommand(tx, uuid);
    const outcome = await cancelCommand(tx, uuid, runtime.clock.now());
    if (outcome === "unknown") throw problem("not-found");
    if (outcome === "sent") throw refused(SENT);
    if (outcome !== "cancelled") {
      const { ended } = outcome;
      throw refused(ended === "cancelled" || ended === "expired" ? `This command is already ${ended}` : SENT);
    }
    await recordAudit(tx, runtime, by, { action: "deleted", model: "mdm.devicecommand", pk: uuid });
  });
}

const SENT = "This command has already been sent to the device and cannot be deleted";
