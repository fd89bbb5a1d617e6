/**
 * Answers that arrive while others are being handled share a transaction: most of what an answer costs the database is the
 * same for one as for ten, its durable commit above all.
 *
 * Promise: an answer is handled as if it were alone (`answer.ts`). Only those are taken together that do nothing but finish
 * their command and get the next one of the queue. None waits for a lock that another device's work holds.
 *
 * @module
 */

import { lockFreeContacts } from "../../db/enrollment/identities.ts";
import type { Tx } from "../../db/open.ts";
import { TOGETHER } from "../../db/supervised_pool.ts";
import { type FinishedCommand, markingSent, type SentCommand } from "../../db/work/commands.ts";
import { findTurns } from "../../db/work/plan_facts.ts";
import type { Caller } from "../events/by.ts";
import type { Certificate } from "../pki/certificate.ts";
import type { Report } from "../protocol/report.ts";
import type { Runtime } from "../runtime.ts";
import { type Locked, nextWithoutPlan, readAnswer, recordAnswer } from "./answer.ts";
import { hasContent } from "./command_content.ts";
import type { Outcome } from "./conversation.ts";
import { buildCommand, pushAgainAt } from "./next_command.ts";
import { endedMeanwhile } from "./transaction.ts";

/** An answer to the command with that UUID, and what its outcome is given to. */
export type Answer = {
  by: Caller;
  sender: Certificate;
  report: Report;
  uuid: string;
  settle(outcome: Promise<Outcome>): void;
};

/** What an answer comes to: the end of its command, and the next one with its bytes. */
type Exchanged = { finished: FinishedCommand; next: SentCommand; bytes: Uint8Array<ArrayBuffer> };

/**
 * Handles answers in one transaction. Returns those that must be handled alone. When it throws, nothing of any was done.
 */
export async function takeTogether(runtime: Runtime, answers: readonly Answer[]): Promise<Answer[]> {
  const claims = answers.map(({ sender, report: { ids }, uuid }) => ({
    fingerprint: sender.fingerprint,
    deviceKey: ids.deviceKey,
    userKey: ids.userKey ?? "",
    answered: uuid,
  }));
  const left = new Set(answers);
  const taken: (Exchanged & { answer: Answer; locked: Locked })[] = [];
  let marking: ReturnType<typeof markingSent> | undefined;
  let now = runtime.clock.now();
  await runtime.sql.begin(TOGETHER, async (tx) => {
    const [contacts, turns] = await Promise.all([lockFreeContacts(tx, claims), findTurns(tx, claims)]);
    // Behind the locks, as for one alone: a command may have expired while a connection was awaited.
    now = runtime.clock.now();
    const channels = new Set<number>();
    for (const { place, ...contact } of contacts) {
      const [answer, turn] = [answers[place], turns.get(place)];
      if (answer === undefined || turn === undefined || channels.has(contact.channelId)) continue;
      // A device that answers twice at once: the second answer is for what the first one leaves.
      channels.add(contact.channelId);
      const locked = { contact, turn };
      // The fault of one is not that of the others: it meets its error again when it is handled alone.
      const exchanged = await exchange(tx, runtime, answer, locked, now).catch(() => undefined);
      if (exchanged === undefined) continue;
      left.delete(answer);
      taken.push({ ...exchanged, answer, locked });
    }
    if (taken.length === 0) return [];
    const [sent, finished] = [taken.map(({ next }) => next), taken.map((one) => one.finished)];
    return [marking = markingSent(tx, sent, pushAgainAt({ runtime, now }), now, finished)];
  });
  const marked = new Set((await marking ?? []).map(({ id }) => id));
  for (const { answer: { by, report, settle }, locked: { contact }, next, bytes } of taken) {
    // What fails now is the error of one answer: what is committed must not be handled again.
    settle(Promise.try(() => {
      runtime.routine.heard(contact.channelId, by.request.ip, false, now);
      recordAnswer(runtime, by, contact, report);
      if (!marked.has(next.id)) throw endedMeanwhile();
      return bytes;
    }));
  }
  return [...left];
}

/** Returns what an answer comes to; undefined for one that is handled alone. */
async function exchange(
  tx: Tx,
  runtime: Runtime,
  { by, report, uuid }: Answer,
  locked: Locked,
  now: Date,
): Promise<Exchanged | undefined> {
  const { contact, turn: { speaker: { target, ended, blocked }, queue } } = locked;
  const row = queue.find((one) => one.uuid === uuid);
  if (row === undefined || ended || blocked) return undefined;
  const next = nextWithoutPlan(locked, queue.filter((one) => one !== row), report, now);
  if (next === undefined || hasContent(next.name)) return undefined;
  const { finished, effects } = await readAnswer(runtime, row, report, target);
  if (effects.length > 0) return undefined;
  const owner = { ...contact, userKey: report.ids.userKey ?? "" };
  const bytes = await buildCommand({ tx, runtime, by, owner, target, now }, next);
  // The reason why it cannot be built.
  if (typeof bytes === "string") return undefined;
  return { finished, next: { id: next.id, channelId: contact.channelId }, bytes };
}
