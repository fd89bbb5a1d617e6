/**
 * The conversation with a device: its report is applied, then the next command is sent (`next_command.ts`).
 *
 * @module
 */

import { channelOf, enrollmentOf, findContact, findPinned, lockContact } from "../../db/enrollment/identities.ts";
import type { Tx } from "../../db/open.ts";
import { beginConversation } from "../../db/work/channels.ts";
import { type FinalState, postponeCommand, setNextAction } from "../../db/work/commands.ts";
import { findTurn, type PlanCommandRow } from "../../db/work/plan_facts.ts";
import { TOGETHER } from "../../db/supervised_pool.ts";
import type { CommandTarget, Effect } from "../commands/command.ts";
import { argumentsOf } from "../commands/queue.ts";
import { type AnyCommand, commandNamed } from "../commands/registry.ts";
import { sealResult } from "../commands/result.ts";
import { bindRenewedIdentity } from "../enrollment/renewal.ts";
import { asRefusal, problem } from "../errors.ts";
import { KeyWanted, makeEscrowKey } from "../filevault/escrow_keys.ts";
import type { Caller } from "../events/by.ts";
import { alertAndThrow, AlertingProblem } from "../identity/alert.ts";
import type { Certificate } from "../pki/certificate.ts";
import { loadFacts } from "../planner/load.ts";
import { nextOfQueue } from "../planner/schedulers/queued_commands.ts";
import type { Report } from "../protocol/report.ts";
import type { Runtime } from "../runtime.ts";
import { applyEffect } from "./apply_effects.ts";
import type { Exchange, TargetedConversation } from "./conversation.ts";
import { releaseOverdue } from "./release_overdue.ts";
import { type LastStatements, lastStatements, nextCommand, sendKnown, writeNow } from "./next_command.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Seconds from a NotNow to the next offer of the command: the first wait doubles with each NotNow, up to the longest. */
const NOT_NOW_WAIT = { first: 60, longest: 4 * 3600 };

/** Returns when a command that the device has postponed `count` times before is offered again. */
const afterNotNow = (now: Date, count: number) =>
  new Date(now.getTime() + Math.min(NOT_NOW_WAIT.first * 2 ** count, NOT_NOW_WAIT.longest) * 1000);

/** How a conversation went on: a command for the device, nothing, the end of its management; or the sender is not known. */
type Outcome = Uint8Array<ArrayBuffer> | null | "released" | "ended" | "unknown";

/** Answers a connect: returns the bytes of the next command, or null if there is nothing to do. */
export async function handleConnect(
  runtime: Runtime,
  by: Caller,
  sender: Certificate,
  report: Report,
): Promise<Uint8Array<ArrayBuffer> | null> {
  let outcome;
  try {
    outcome = await conversation(runtime, by, sender, report);
  } catch (error) {
    // Refusals are no faults, and without a database nothing helps.
    if (asRefusal(error) !== undefined) throw error;
    const release = await releaseOverdue(runtime, sender, report);
    if (release === undefined) throw error;
    runtime.log.error("Cannot plan for a device in Setup Assistant, whose time is over: it is released", { error });
    return release;
  }
  return answerOf(outcome);
}

async function conversation(runtime: Runtime, by: Caller, sender: Certificate, report: Report): Promise<Outcome> {
  const outcome = await converse(runtime, by, sender, report);
  if (outcome !== "unknown") return outcome;
  await runtime.sql.begin((tx) => identifyUnknown({ tx, runtime, sender }, report.ids.deviceKey))
    .catch((error) => alertAndThrow(runtime, by, error));
  return await converse(runtime, by, sender, report);
}

/** Key pairs that one message can need: for the profile, and for the answer to a rotation. */
const MOST_KEYS = 2;

/** Goes on with a conversation, and once more after each key pair that it needs. */
async function converse(runtime: Runtime, by: Caller, sender: Certificate, report: Report): Promise<Outcome> {
  const attempt = report.status === "Idle" ? begin : goOn;
  for (let made = 0;; made++) {
    try {
      return await attempt(runtime, by, sender, report);
    } catch (error) {
      if (!(error instanceof KeyWanted) || made === MOST_KEYS) throw error;
      await makeEscrowKey(runtime, error);
    }
  }
}

function answerOf(outcome: Outcome): Uint8Array<ArrayBuffer> | null {
  // 401 makes the device unenroll, so it is sent only to a released one, and only after its last report is stored.
  if (outcome === "released") throw problem("device-released");
  if (outcome === "ended") {
    throw problem("device-not-identified", undefined, { reason: "the enrollment ended during the conversation" });
  }
  if (outcome === "unknown") {
    throw problem("device-not-identified", undefined, { reason: "the enrollment has no channel of this user" });
  }
  return outcome;
}

/** Runs a conversation in a transaction, and writes the deferred statements with its commit. */
async function inTransaction(
  runtime: Runtime,
  converse: (tx: Tx, last: LastStatements) => Promise<Outcome>,
): Promise<Outcome> {
  let outcome: Outcome = null;
  const last: LastStatements = { statements: [] };
  await runtime.sql.begin(TOGETHER, async (tx) => {
    outcome = await converse(tx, last);
    return lastStatements(tx, last, runtime.clock.now());
  });
  // Not before the commit: what was rolled back did not happen.
  last.afterwards?.();
  if (last.marking !== undefined && (await last.marking).length === 0) {
    // The command was ended while it was chosen. The device connects again, and gets the next one.
    throw problem("unavailable", undefined, { reason: "the command to send was ended meanwhile" });
  }
  return outcome;
}

/** Handles the start of a conversation. */
async function begin(runtime: Runtime, by: Caller, sender: Certificate, { ids }: Report): Promise<Outcome> {
  const at = runtime.clock.now();
  const userKey = ids.userKey ?? "";
  const contact = await findContact(runtime.sql, sender.fingerprint, ids.deviceKey, userKey);
  if (contact === undefined) return "unknown";
  const { channelId, nextActionAt, blockedAt } = contact;
  runtime.routine.heard(channelId, by.request.ip, true, at);
  // The hot path: nothing is due, so one statement was all.
  if ((nextActionAt === null || nextActionAt > at) && blockedAt === null) return null;
  return await inTransaction(runtime, async (tx, last) => {
    // One after the other on one connection, without waiting in between: rows are read behind the lock.
    const [locked, facts] = await Promise.all([
      beginConversation(tx, channelId, { at, ip: by.request.ip }),
      loadFacts(tx, runtime, channelId, { status: "Idle" }),
    ]);
    if (facts.blocked) return "released";
    const now = runtime.clock.now();
    const known = { facts, expired: facts.queue.some(isExpired(now)), nextActionAt: locked?.nextActionAt };
    return await nextCommand({ tx, runtime, by, owner: { ...contact, userKey }, now }, "Idle", known, last);
  });
}

/** Handles a device's answer to a command. */
const goOn = (runtime: Runtime, by: Caller, sender: Certificate, report: Report): Promise<Outcome> =>
  inTransaction(runtime, (tx, last) => takeAnswer(tx, { runtime, by, sender }, report, last));

async function takeAnswer(
  tx: Tx,
  { runtime, by, sender }: Pick<Exchange, "runtime" | "by" | "sender">,
  report: Report,
  last: LastStatements,
): Promise<Outcome> {
  const { status, ids } = report;
  const userKey = ids.userKey ?? "";
  // As above, behind the lock that the first of them takes.
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
  const expired = queue.some(isExpired(conversation.now));
  const talk = { status, conversationStartedAt: contact.sessionStartedAt };
  // A device in Setup Assistant may be released before its queue is.
  const planned = left === null || expired || target.awaitingConfiguration === true;
  const next = planned ? undefined : nextOfQueue(left, talk, conversation.now);
  if (next !== undefined && next.arguments !== null) {
    const sent = await sendKnown(conversation, { ...next, arguments: next.arguments }, last);
    if (sent !== null) return sent;
  }
  const nextActionAt = left === null ? undefined : contact.nextActionAt;
  return await nextCommand(conversation, status, { facts: null, expired, nextActionAt }, last);
}

const isExpired = (now: Date) => ({ expiresAt }: { expiresAt: Date | null }) => expiresAt !== null && expiresAt <= now;

/** Returns the UUID of the command that a report answers. */
const uuidOf = ({ commandUuid }: Report): string | undefined =>
  commandUuid !== undefined && UUID.test(commandUuid) ? commandUuid : undefined;

/**
 * Handles a sender whose identity has no such channel: it is renewed and used for the first time, or it is refused.
 * Throws `device-not-identified` and `device-deleted`.
 */
export async function identifyUnknown(
  { tx, runtime, sender }: Pick<Exchange, "tx" | "runtime" | "sender">,
  deviceKey: string,
): Promise<void> {
  const pinned = await findPinned(tx, sender.fingerprint);
  if (pinned === undefined) {
    await bindRenewedIdentity(tx, runtime, sender, deviceKey);
    return;
  }
  if (pinned.udid !== deviceKey) {
    const alert = { kind: "cloned identity", owner: pinned, fingerprint: sender.fingerprint } as const;
    throw new AlertingProblem("UDID mismatch: cloned identity", alert);
  }
  // Not 401: a deleted device stays enrolled, so that it can be restored.
  if (pinned.suspended) throw problem("device-deleted", undefined, { reason: "Device deleted" });
  if (pinned.endedAt !== null) {
    throw problem("device-not-identified", undefined, { reason: "the enrollment of this certificate has ended" });
  }
}

/** Applies a report to the command that it answers. Returns the rest of the queue; null if it must be read again. */
async function applyReport(
  conversation: TargetedConversation,
  report: Report,
  queue: readonly PlanCommandRow[],
  last: LastStatements,
): Promise<readonly PlanCommandRow[] | null> {
  const { tx, runtime, by, owner, target, now } = conversation;
  last.afterwards = () =>
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
  const uuid = uuidOf(report);
  const row = uuid === undefined ? undefined : queue.find((one) => one.uuid === uuid);
  // Answered before (our reply was lost), or never ours: nothing to do.
  if (row === undefined) return queue;
  if (report.status === "NotNow") {
    await postponeCommand(tx, row.id, afterNotNow(now, row.notNowCount), now);
    return null;
  }
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
  last.answered = {
    id: row.id,
    state,
    resultSealed: kept ? await sealResult(runtime.keys, row.id, keptBytes(report)) : null,
    errorChain: report.errorChain === undefined ? null : JSON.parse(JSON.stringify(report.errorChain)),
  };
  if (effects.length === 0) return queue.filter((one) => one !== row);
  await writeNow(tx, last, now);
  // A blocked device's last report counts as any other: it may hold the PIN that the device is locked with.
  const answered = { requestType: command?.requestType ?? row.name, uuid: row.uuid };
  for (const effect of effects) await applyEffect(effect, { ...conversation, command: answered });
  // Facts have changed. Until a plan has taken them into account, nothing that was prepared before may be served.
  await setNextAction(tx, owner.channelId, now);
  return null;
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
