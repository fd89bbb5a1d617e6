/**
 * The conversation with a device: its report is applied, then the next command is sent (`next_command.ts`).
 *
 * @module
 */

import { findContact, findPinned } from "../../db/enrollment/identities.ts";
import { beginConversation } from "../../db/work/channels.ts";
import { bindRenewedIdentity } from "../enrollment/renewal.ts";
import { asRefusal, problem } from "../errors.ts";
import { KeyWanted, makeEscrowKey } from "../filevault/escrow_keys.ts";
import type { Caller } from "../events/by.ts";
import { alertAndThrow, AlertingProblem } from "../identity/alert.ts";
import type { Certificate } from "../pki/certificate.ts";
import { loadFacts } from "../planner/load.ts";
import type { Report } from "../protocol/report.ts";
import type { Runtime } from "../runtime.ts";
import { isExpired, takeAlone, uuidOf } from "./answer.ts";
import type { Exchange, Outcome, Owner } from "./conversation.ts";
import { takeMessage } from "./message_queue.ts";
import { nextCommand } from "./next_command.ts";
import { releaseOverdue } from "./release_overdue.ts";
import { inTransaction } from "./transaction.ts";

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

/** Handles the start of a conversation. */
async function begin(runtime: Runtime, by: Caller, sender: Certificate, report: Report): Promise<Outcome> {
  const { ids } = report;
  const at = runtime.clock.now();
  const userKey = ids.userKey ?? "";
  const contact = await findContact(runtime.sql, sender.fingerprint, ids.deviceKey, userKey);
  if (contact === undefined) return "unknown";
  const { channelId, nextActionAt, blockedAt } = contact;
  runtime.routine.heard(channelId, by.request.ip, true, at);
  // The hot path: nothing is due, so one statement was all.
  if ((nextActionAt === null || nextActionAt > at) && blockedAt === null) return null;
  return await takeMessage(
    runtime,
    { by, sender, report, answered: null },
    () => beginAlone(runtime, by, { ...contact, userKey }, at),
  );
}

/** Handles the start of a conversation in a transaction of its own. */
const beginAlone = (runtime: Runtime, by: Caller, owner: Owner, at: Date): Promise<Outcome> =>
  inTransaction(runtime, async (tx, last) => {
    const { channelId } = owner;
    // One after the other on one connection, without waiting in between: rows are read behind the lock.
    const [locked, facts] = await Promise.all([
      beginConversation(tx, channelId, { at, ip: by.request.ip }),
      loadFacts(tx, runtime, channelId, { status: "Idle" }),
    ]);
    if (facts.blocked) return "released";
    const now = runtime.clock.now();
    const known = {
      facts,
      expired: facts.queue.some(({ expiresAt }) => isExpired(expiresAt, now)),
      nextActionAt: locked?.nextActionAt,
    };
    return await nextCommand({ tx, runtime, by, owner, now }, "Idle", known, last);
  });

/** Bytes of an answer that is taken together with others. */
const SMALL = 32 * 1024;

/** Handles a device's answer to a command. */
async function goOn(runtime: Runtime, by: Caller, sender: Certificate, report: Report): Promise<Outcome> {
  const alone = () => takeAlone(runtime, by, sender, report);
  const answered = uuidOf(report);
  if (answered === undefined || report.status === "NotNow" || report.raw.length > SMALL) return await alone();
  return await takeMessage(runtime, { by, sender, report, answered }, alone);
}

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
