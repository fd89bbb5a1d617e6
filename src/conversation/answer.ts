/**
 * A device's answer to a command: the command is finished, the effects of the answer are applied, and the next command is
 * chosen.
 *
 * @module
 */

import {
  channelOf,
  enrollmentOf,
  type IdentifiedRow,
  lockContact,
  type LockedContactRow,
} from "../../db/enrollment/identities.ts";
import type { Tx } from "../../db/open.ts";
import { type FinalState, type FinishedCommand, postponeCommand, setNextAction } from "../../db/work/commands.ts";
import { findTurn, type PlanCommandRow, type Turn } from "../../db/work/plan_facts.ts";
import type { CommandTarget, Effect } from "../commands/command.ts";
import { argumentsOf } from "../commands/queue.ts";
import { type AnyCommand, commandNamed } from "../commands/registry.ts";
import { sealResult } from "../commands/result.ts";
import type { Caller } from "../events/by.ts";
import type { Certificate } from "../pki/certificate.ts";
import { nextOfQueue } from "../planner/schedulers/queued_commands.ts";
import type { Report } from "../protocol/report.ts";
import type { Runtime } from "../runtime.ts";
import { applyEffect } from "./apply_effects.ts";
import type { Exchange, Outcome, TargetedConversation } from "./conversation.ts";
import { type LastStatements, nextCommand, sendKnown, writeNow } from "./next_command.ts";
import { inTransaction } from "./transaction.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Seconds from a NotNow to the next offer of the command: the first wait doubles with each NotNow, up to the longest. */
const NOT_NOW_WAIT = { first: 60, longest: 4 * 3600 };

/** Returns when a command that the device has postponed `count` times before is offered again. */
const afterNotNow = (now: Date, count: number) =>
  new Date(now.getTime() + Math.min(NOT_NOW_WAIT.first * 2 ** count, NOT_NOW_WAIT.longest) * 1000);

/** Handles a device's answer to a command in a transaction of its own. */
export const takeAlone = (runtime: Runtime, by: Caller, sender: Certificate, report: Report): Promise<Outcome> =>
  inTransaction(runtime, (tx, last) => take(tx, { runtime, by, sender }, report, last));

async function take(
  tx: Tx,
  { runtime, by, sender }: Pick<Exchange, "runtime" | "by" | "sender">,
  report: Report,
  last: LastStatements,
): Promise<Outcome> {
  const { status, ids } = report;
  const userKey = ids.userKey ?? "";
  // One after the other on one connection, without waiting in between: rows are read behind the lock that the first takes.
  const [contact, turn] = await Promise.all([
    lockContact(tx, sender.fingerprint, ids.deviceKey, userKey),
    findTurn(tx, {
      enrollmentId: enrollmentOf(tx, sender.fingerprint),
      channelId: channelOf(tx, sender.fingerprint, userKey),
      channel: userKey === "" ? "Device" : "User",
    }, uuidOf(report)),
  ]);
  if (contact === undefined || turn === undefined) return "unknown";
  const { speaker, queue } = turn;
  const owner = { ...contact, userKey };
  runtime.routine.heard(owner.channelId, by.request.ip, false, runtime.clock.now());
  const { target, ended, blocked } = speaker;
  const conversation = { tx, runtime, by, owner, now: runtime.clock.now(), target };
  const left = await applyReport(conversation, report, queue, last);
  if (blocked) return "released";
  // Deleted, or checked out, while this conversation waited for the channel.
  if (ended) return "ended";
  const next = left === null ? undefined : nextWithoutPlan({ contact, turn }, left, report, conversation.now);
  if (next !== undefined) {
    const sent = await sendKnown(conversation, next, last);
    if (sent !== null) return sent;
  }
  const nextActionAt = left === null ? undefined : contact.nextActionAt;
  const expired = isExpired(turn.firstExpiresAt, conversation.now);
  return await nextCommand(conversation, status, { facts: null, expired, nextActionAt }, last);
}

/** Whether a command's time is over. */
export const isExpired = (expiresAt: Date | null, now: Date): boolean => expiresAt !== null && expiresAt <= now;

/** A channel as it is behind its lock. */
export type Locked = { contact: LockedContactRow; turn: Turn };

/** A command of the queue that was read with its arguments. */
type Known = PlanCommandRow & { arguments: NonNullable<PlanCommandRow["arguments"]> };

/** Returns the command of the rest of a queue that any plan would send next; undefined if that needs a plan. */
export function nextWithoutPlan(
  { contact, turn: { speaker, firstExpiresAt } }: Locked,
  left: readonly PlanCommandRow[],
  { status }: Report,
  now: Date,
): Known | undefined {
  // A device in Setup Assistant may be released before its queue is. A Mac that begins a conversation is not locked any more.
  if (isExpired(firstExpiresAt, now) || speaker.target.awaitingConfiguration === true) return undefined;
  if (status === "Idle" && speaker.lockPinEscrowed) return undefined;
  const next = nextOfQueue(left, { status, conversationStartedAt: contact.sessionStartedAt }, now);
  return next === undefined || next.arguments === null ? undefined : { ...next, arguments: next.arguments };
}

/** Returns the UUID of the command that a report answers. */
export const uuidOf = ({ commandUuid }: Report): string | undefined =>
  commandUuid !== undefined && UUID.test(commandUuid) ? commandUuid : undefined;

/** Records that a device has answered. */
export function recordAnswer(
  runtime: Runtime,
  by: Caller,
  owner: Pick<IdentifiedRow, "serialNumber" | "deviceId" | "udid">,
  report: Report,
): void {
  runtime.routine.record(by, {
    type: "mdm_request",
    serialNumber: owner.serialNumber,
    tags: ["heartbeat"],
    objects: { device: [owner.deviceId] },
    payload: {
      status: "success",
      view_name: "connect",
      udid: owner.udid,
      user_id: report.ids.userKey,
      command_uuid: report.commandUuid,
      request_status: report.status,
    },
  });
}

/**
 * Applies a report to the command that it answers. Returns the rest of the queue's head; null if the queue must be read
 * again.
 */
async function applyReport(
  conversation: TargetedConversation,
  report: Report,
  queue: readonly PlanCommandRow[],
  last: LastStatements,
): Promise<readonly PlanCommandRow[] | null> {
  const { tx, runtime, by, owner, target, now } = conversation;
  last.afterwards = () => recordAnswer(runtime, by, owner, report);
  const uuid = uuidOf(report);
  const row = uuid === undefined ? undefined : queue.find((one) => one.uuid === uuid);
  // Answered before (our reply was lost), or never ours: nothing to do.
  if (row === undefined) return queue;
  if (report.status === "NotNow") {
    await postponeCommand(tx, row.id, afterNotNow(now, row.notNowCount), now);
    return null;
  }
  const { finished, effects } = await readAnswer(runtime, row, report, target);
  last.answered = finished;
  if (effects.length === 0) return queue.filter((one) => one !== row);
  await writeNow(tx, last, now);
  // A blocked device's last report counts as any other: it may hold the PIN that the device is locked with.
  const answered = { requestType: commandNamed(row.name)?.requestType ?? row.name, uuid: row.uuid };
  for (const effect of effects) await applyEffect(effect, { ...conversation, command: answered });
  // Facts have changed. Until a plan has taken them into account, nothing that was prepared before may be served.
  await setNextAction(tx, owner.channelId, now);
  return null;
}

/** Returns how a command ends with an answer, and what else follows from it. */
export async function readAnswer(
  runtime: Runtime,
  row: PlanCommandRow,
  report: Report,
  target: CommandTarget,
): Promise<{ finished: FinishedCommand; effects: Effect[] }> {
  const command = commandNamed(row.name);
  const state: FinalState = report.status === "Acknowledged"
    ? "acknowledged"
    : report.status === "Error"
    ? "error"
    : "formatError";
  const effects = command === undefined || handlerOf(command, report) === undefined
    ? []
    : effectsOf(command, await argumentsOf(runtime, row.id, row.arguments ?? {}, row.secretsSealed), report, target);
  const unreadable = effects.some(({ kind }) => kind === "unreadable");
  const kept = command === undefined || command.keepsResult || unreadable || report.unreadable !== undefined;
  const finished = {
    id: row.id,
    state,
    resultSealed: kept ? await sealResult(runtime.keys, row.id, keptBytes(report)) : null,
    errorChain: report.errorChain === undefined ? null : JSON.parse(JSON.stringify(report.errorChain)),
  };
  return { finished, effects };
}

/** The size limit of a stored unreadable report: enough to see the cause, but no space for a device to fill. */
const UNREADABLE_BYTES = 64 * 1024;

const keptBytes = ({ raw, unreadable }: Report): Uint8Array =>
  unreadable === undefined ? raw : raw.subarray(0, UNREADABLE_BYTES);

/** Returns the effects of a command's answer, if any. */
const handlerOf = (command: AnyCommand, { status }: Report) =>
  status === "Acknowledged" ? command.onAcknowledged : command.onError;

function effectsOf(command: AnyCommand, args: unknown, report: Report, target: CommandTarget): Effect[] {
  const parsed = command.args.safeParse(args);
  if (!parsed.success) return [{ kind: "unreadable", reason: "the stored arguments are not the command's" }];
  return handlerOf(command, report)?.(report, parsed.data, target) ?? [];
}
