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
const secretContext = (id: number) => ({ table: "commands", column: "secrets_sealed", id });

/** Returns the arguments of a command, those that are sealed too. */
export async function argumentsOf(
  runtime: Pick<Runtime, "keys">,
  id: number,
  open: Record<string, Json>,
  sealed: string | null,
): Promise<Record<string, Json>> {
  if (sealed === null) return open;
  const secrets: Record<string, Json> = JSON.parse(await runtime.keys.openText(sealed, secretContext(id)));
  return { ...open, ...secrets };
}

/** When a command is sent, and after which others. */
export type SendOptions = {
  notBefore?: Date;
  /** When it is dropped if it has not ended; the command's own lifetime otherwise. */
  expiresAt?: Date;
  /** Commands of one group on a channel are sent one after the other, each when the one before it has ended. */
  orderGroup?: string;
};

/** A queued command. */
export type Queued = { id: number; uuid: string };

/**
 * Returns the parsed arguments of a command. Throws `refused` ("Invalid target.") when it is not for this target,
 * `invalid` with the fields that are wrong.
 */
export function checkedArguments(
  command: AnyCommand,
  target: CommandTarget,
  input: unknown,
  options: { byPlan?: true } = {},
): unknown {
  const reason = command.invalidFor(target);
  if (reason !== null) throw problem("refused", "Invalid target.", { reason });
  const schema = options.byPlan === true ? command.args : command.argsFor?.(target) ?? command.args;
  const parsed = schema.safeParse(input);
  if (!parsed.success) {
    const fields: Record<string, string[]> = {};
    for (const issue of parsed.error.issues) {
      // Arguments with Apple's keys name theirs by its whole path.
      (fields[String(issue.path[0] ?? "non_field_errors")] ??= []).push(issue.message);
    }
    throw invalid(fields);
  }
  return parsed.data;
}

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
  options: SendOptions & { singleton?: string; byPlan?: true } = {},
): Promise<Queued> {
  const checked = checkedArguments(command, target, input, options.byPlan === true ? { byPlan: true } : {});
  const args: Record<string, Json> = JSON.parse(
    JSON.stringify(command.complete?.(checked, runtime.random) ?? checked),
  );
  const secrets = Object.fromEntries(Object.entries(args).filter(([name]) => command.secretArgs.includes(name)));
  const open = Object.fromEntries(Object.entries(args).filter(([name]) => !command.secretArgs.includes(name)));
  const id = await nextId(tx, "commands");
  const uuid = runtime.random.uuid();
  const now = runtime.clock.now();
  const begins = options.notBefore === undefined || options.notBefore < now ? now : options.notBefore;
  if (options.expiresAt !== undefined && options.expiresAt <= begins) {
    const begun = begins === now ? "in the future" : "after the time when it may be sent";
    throw invalid({ expires_at: [`The command expires before it can be sent. Choose a time ${begun}.`] });
  }
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
    // A lifetime begins when the command may be sent.
    expiresAt: options.expiresAt ??
      (command.expiresAfter === null ? null : new Date(begins.getTime() + command.expiresAfter * 1000)),
    ...(options.orderGroup === undefined ? {} : { orderGroup: options.orderGroup }),
  }, now);
  return { id, uuid };
}

/**
 * Cancels a command that waits to be sent. Throws `not-found`, and `refused` with the reason when it was sent or is over
 * already.
 */
export async function cancelQueued(
  runtime: Runtime,
  by: By,
  uuid: string,
  model: "mdm.devicecommand" | "mdm.usercommand" = "mdm.devicecommand",
): Promise<void> {
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
    await recordAudit(tx, runtime, by, { action: "deleted", model, pk: uuid });
  });
}

const SENT = "This command has already been sent to the device and cannot be deleted";
