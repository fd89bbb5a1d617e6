/**
 * Messages that arrive together share a transaction: most of what one costs the database is the same for one as for ten,
 * its durable commit above all.
 *
 * Promise: a message is handled as if it were alone (`connect.ts`, `answer.ts`). Only those are taken together that do
 * nothing but finish their command and get the next one of the queue, or find that nothing is left to do. None waits for a
 * lock that another device's work holds.
 *
 * @module
 */

import { lockFreeContacts } from "../../db/enrollment/identities.ts";
import type { Statement, Tx } from "../../db/open.ts";
import { TOGETHER } from "../../db/supervised_pool.ts";
import {
  finishCommands,
  type FinishedCommand,
  markingSent,
  type SentCommand,
  setNextActions,
} from "../../db/work/commands.ts";
import { findTurns } from "../../db/work/plan_facts.ts";
import type { Caller } from "../events/by.ts";
import type { Certificate } from "../pki/certificate.ts";
import { isSettled } from "../planner/follow.ts";
import { loadFacts } from "../planner/load.ts";
import { plan } from "../planner/plan.ts";
import type { Report } from "../protocol/report.ts";
import type { Runtime } from "../runtime.ts";
import { isExpired, type Locked, nextWithoutPlan, readAnswer, recordAnswer } from "./answer.ts";
import { hasContent } from "./command_content.ts";
import type { Outcome } from "./conversation.ts";
import { buildCommand, pushAgainAt } from "./next_command.ts";
import { endedMeanwhile } from "./transaction.ts";

/** A message: the beginning of a conversation, or the answer to the command with that UUID; and what its outcome is given to. */
export type Message = {
  by: Caller;
  sender: Certificate;
  report: Report;
  answered: string | null;
  settle(outcome: Promise<Outcome>): void;
};

/** What a message comes to: the end of its command, and the next one with its bytes; null at the end of the queue. */
type Exchanged =
  & { finished: FinishedCommand | null }
  & ({ next: SentCommand; bytes: Uint8Array<ArrayBuffer> } | { next: null });

/** Such a message, with its channel as it is behind its lock. */
type Taken = Exchanged & { message: Message; locked: Locked };

/**
 * Handles messages in one transaction. Returns those that must be handled alone. When it throws, nothing of any was done.
 */
export async function takeTogether<Given extends Message>(
  runtime: Runtime,
  messages: readonly Given[],
): Promise<Given[]> {
  const claims = messages.map(({ sender, report: { ids }, answered }) => ({
    fingerprint: sender.fingerprint,
    deviceKey: ids.deviceKey,
    userKey: ids.userKey ?? "",
    answered,
  }));
  const taken: Taken[] = [];
  let last: Last = {};
  let now = runtime.clock.now();
  await runtime.sql.begin(TOGETHER, async (tx) => {
    const [contacts, turns] = await Promise.all([lockFreeContacts(tx, claims), findTurns(tx, claims)]);
    // Behind the locks, as for one alone: a command may have expired while a connection was awaited.
    now = runtime.clock.now();
    const channels = new Set<number>();
    const resting: Taken[] = [];
    for (const { place, ...contact } of contacts) {
      const [message, turn] = [messages[place], turns.get(place)];
      if (message === undefined || turn === undefined || channels.has(contact.channelId)) continue;
      // A device that sends twice at once: the second message is for what the first one leaves.
      channels.add(contact.channelId);
      const locked = { contact, turn };
      // The fault of one is not that of the others: it meets its error again when it is handled alone.
      const exchanged = await exchange(tx, runtime, message, locked, now).catch(() => undefined);
      if (exchanged === undefined) continue;
      (exchanged.next === null ? resting : taken).push({ ...exchanged, message, locked });
    }
    const settled = await settledOf(tx, runtime, resting, now);
    taken.push(...settled.keys());
    last = lastOf(tx, runtime, taken, settled, now);
    return Object.values(last);
  });
  const marked = new Set((await last.marking ?? []).map(({ id }) => id));
  const left = new Set<Message>(messages);
  for (const { message: { by, report, answered, settle }, locked: { contact }, ...one } of taken) {
    // What fails now is the error of one message: what is committed must not be handled again.
    settle(Promise.try(() => {
      if (answered !== null) {
        runtime.routine.heard(contact.channelId, by.request.ip, false, now);
        recordAnswer(runtime, by, contact, report);
      }
      if (one.next === null) return null;
      if (!marked.has(one.next.id)) throw endedMeanwhile();
      return one.bytes;
    }));
  }
  for (const { message } of taken) left.delete(message);
  return messages.filter((message) => left.has(message));
}

/** The statements that are sent with the commit. */
type Last = { marking?: ReturnType<typeof markingSent>; finishing?: Statement; resting?: Statement };

function lastOf(
  tx: Tx,
  runtime: Runtime,
  taken: readonly Taken[],
  settled: ReadonlyMap<Taken, Date | null>,
  now: Date,
): Last {
  const finished = taken.flatMap((one) => one.finished ?? []);
  const sent = taken.flatMap(({ next }) => next ?? []);
  const later = [...settled].flatMap(([{ locked: { contact } }, at]) =>
    at?.getTime() === contact.nextActionAt?.getTime() ? [] : [{ channelId: contact.channelId, at }]
  );
  return {
    ...(sent.length > 0
      ? { marking: markingSent(tx, sent, pushAgainAt({ runtime, now }), now, finished) }
      : finished.length > 0
      ? { finishing: finishCommands(tx, finished, now) }
      : {}),
    ...(later.length > 0 ? { resting: setNextActions(tx, later) } : {}),
  };
}

/** Returns what a message comes to; undefined for one that is handled alone. */
async function exchange(
  tx: Tx,
  runtime: Runtime,
  { by, report, answered }: Message,
  locked: Locked,
  now: Date,
): Promise<Exchanged | undefined> {
  const { contact, turn } = locked;
  const { speaker: { target, ended, blocked }, queue } = turn;
  if (ended || blocked) return undefined;
  const row = answered === null ? undefined : queue.find(({ uuid }) => uuid === answered);
  if (answered !== null && row === undefined) return undefined;
  const left = queue.filter((one) => one !== row);
  const begins = answered === null;
  const next = nextWithoutPlan(
    begins ? { contact: { ...contact, sessionStartedAt: now }, turn } : locked,
    left,
    report,
    now,
  );
  const rests = !begins && turn.whole && left.length === 0 && !isExpired(turn.firstExpiresAt, now) &&
    target.awaitingConfiguration !== true;
  if (next === undefined ? !rests : hasContent(next.name)) return undefined;
  const { finished, effects } = row === undefined
    ? { finished: null, effects: [] }
    : await readAnswer(runtime, row, report, target);
  if (effects.length > 0) return undefined;
  if (next === undefined) return { finished, next: null };
  const owner = { ...contact, userKey: report.ids.userKey ?? "" };
  const bytes = await buildCommand({ tx, runtime, by, owner, target, now }, next);
  // The reason why it cannot be built.
  if (typeof bytes === "string") return undefined;
  return { finished, next: { id: next.id, channelId: contact.channelId, begins }, bytes };
}

/** Returns those whose plan has nothing to do now, and when each is to be planned again. */
async function settledOf(
  tx: Tx,
  runtime: Runtime,
  resting: readonly Taken[],
  now: Date,
): Promise<Map<Taken, Date | null>> {
  const settled = new Map<Taken, Date | null>();
  await Promise.all(resting.map(async (one) => {
    const { message: { report: { status } }, locked: { contact } } = one;
    try {
      const facts = await loadFacts(tx, runtime, contact.channelId, { status, queue: [] });
      if (facts.ended || facts.blocked || facts.lockPinEscrowed) return;
      const planned = plan(facts, now);
      if (isSettled(facts, planned)) settled.set(one, planned.planAgainAt);
    } catch {
      // It meets its error again when it is handled alone.
    }
  }));
  return settled;
}
