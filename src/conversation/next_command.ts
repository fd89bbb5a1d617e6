/**
 * The next command of a conversation: follows the plan until it gives a command that can be sent, and builds its bytes.
 *
 * @module
 */

import type { Json, Statement, Tx } from "../../db/open.ts";
import {
  type CommandRow,
  expireCommands,
  finishCommand,
  type FinishedCommand,
  markingSent,
  markSent,
  setNextAction,
} from "../../db/work/commands.ts";
import { recordInventoryAsked } from "../../db/work/plan_facts.ts";
import { commandUnsupported, validateCommand } from "../apple_schema/commands.ts";
import { removesArtifacts } from "../blueprints/artifact_types.ts";
import { recordSeen } from "../blueprints/record_observations.ts";
import { keepChannelLicences } from "../apps/channel_licences.ts";
import { commandDict } from "../commands/command.ts";
import { argumentsOf, queueCommand } from "../commands/queue.ts";
import { commandNamed } from "../commands/registry.ts";
import { newAdminAccount, newAdminPassword } from "../enrollment/admin_account.ts";
import { renewalProfile } from "../enrollment/renewal.ts";
import { Problem } from "../errors.ts";
import { endEscrow } from "../escrow/escrow.ts";
import { KeyWanted } from "../filevault/escrow_keys.ts";
import { follow } from "../planner/follow.ts";
import { type ConversationFacts, loadFacts } from "../planner/load.ts";
import { licenceNeeds } from "../planner/licence_needs.ts";
import { plan, type Step } from "../planner/plan.ts";
import { PlistError } from "../protocol/plist.ts";
import { newRecoveryPassword } from "../recovery/new_password.ts";
import { commandPayload, type ReportStatus } from "../protocol/report.ts";
import { ExpansionError } from "../variables/expansion_error.ts";
import { commandContent } from "./command_content.ts";
import { artifactOwnerOf, type Conversation, type TargetedConversation } from "./conversation.ts";

/** A plan leads to a command that can be built long before this many tries. */
const MAX_STEPS = 1000;

/** The statements that are sent with the commit, the one that marks a command as sent, and the work that follows the commit. */
export type LastStatements = {
  statements: Statement[];
  /** The command that was answered: the statement that marks the next one finishes it. */
  answered?: FinishedCommand | undefined;
  marking?: Statement;
  afterwards?: () => void;
};

/** Takes the statements that are deferred to the commit. */
export function lastStatements(tx: Tx, last: LastStatements, now: Date): Statement[] {
  const { answered } = last;
  last.answered = undefined;
  return [...(answered === undefined ? [] : [finishCommand(tx, answered, now)]), ...last.statements.splice(0)];
}

/** Runs the statements deferred to the commit now, because later ones read their results. */
export async function writeNow(tx: Tx, last: LastStatements, now: Date): Promise<void> {
  await Promise.all(lastStatements(tx, last, now));
}

/** The facts of a conversation before it plans. Without `facts` they are read, after the deferred statements. */
type Known = { facts: ConversationFacts | null; expired: boolean; nextActionAt: Date | null | undefined };

/**
 * Follows the plan until it yields a command that can be sent; null if there is none, `ended` if the device is
 * released.
 */
export async function nextCommand(
  conversation: Conversation,
  status: ReportStatus,
  known: Known,
  last: LastStatements,
): Promise<Uint8Array<ArrayBuffer> | null | "ended"> {
  const { tx, runtime, by, owner, now } = conversation;
  const { channelId } = owner;
  const read = async () =>
    (await Promise.all([writeNow(tx, last, now), loadFacts(tx, runtime, channelId, { status })]))[1];
  let { facts } = known;
  if (known.expired) {
    await writeNow(tx, last, now);
    await expireCommands(tx, channelId, now);
    facts = null;
  }
  for (let steps = 0; steps < MAX_STEPS; steps++, facts = null) {
    facts ??= await read();
    if (facts.ended) return "ended";
    // A user's agent may connect before the Mac has locked: only the device's own contact shows that it was unlocked.
    const endsLock = facts.lockPinEscrowed && owner.userKey === "";
    if (endsLock && status === "Idle") {
      // A device that connects by itself has been unlocked.
      await endEscrow(tx, runtime, by, owner, "device_lock_pin");
    }
    const { next, planAgainAt, situation } = plan(facts, now);
    const needs = licenceNeeds(facts, situation);
    const holder = facts.artifacts.licenceHolder;
    if (holder.kind !== "nobody" && needs.reserve.length + needs.release.length > 0) {
      await writeNow(tx, last, now);
      await keepChannelLicences(tx, runtime, { channelId, holder }, needs);
      continue;
    }
    await follow(tx, channelId, facts, situation, now);
    if (next === null) {
      // While a PIN is stored, the next connect is checked, since it ends the lock.
      const again = endsLock && status !== "Idle" ? now : planAgainAt;
      if (known.nextActionAt === undefined || again?.getTime() !== known.nextActionAt?.getTime()) {
        last.statements.push(setNextAction(tx, channelId, again));
      }
      return null;
    }
    if (next.kind === "cancel") {
      last.statements.push(
        finishCommand(tx, { id: next.commandId, state: "cancelled", resultSealed: null, errorChain: null }, now),
      );
      continue;
    }
    const targeted = { ...conversation, target: facts.target };
    const queued = next.kind === "queued" ? facts.queue.find(({ id }) => id === next.commandId) : undefined;
    const args = queued?.arguments ?? null;
    const payload = queued === undefined || args === null
      ? await send(targeted, next.kind === "queued" ? next.commandId : await queueStep(targeted, next), last)
      : await sendKnown(targeted, { ...queued, arguments: args }, last);
    if (payload !== null) return payload;
  }
  throw new Error("Cannot plan: no command of the plan can be sent");
}

/** Queues the plan's next command; returns its id. */
async function queueStep(
  { tx, runtime, owner, target, now }: TargetedConversation,
  step: Exclude<Step, { kind: "queued" | "cancel" }>,
): Promise<number> {
  const name = step.kind === "renewal"
    ? "Reenroll"
    : step.kind === "admin account"
    ? "AccountConfiguration"
    : step.kind === "admin password"
    ? "SetAutoAdminPassword"
    : step.name;
  const command = commandNamed(name);
  if (command === undefined) throw new Error(`Cannot queue ${name}: it is not in the registry`);
  const input = step.kind === "renewal"
    ? { profile: (await renewalProfile(tx, runtime, owner)).toBase64() }
    : step.kind === "admin account"
    ? await newAdminAccount(tx, runtime, owner.sessionId)
    : step.kind === "admin password"
    ? await newAdminPassword(tx, runtime, owner.sessionId)
    : step.kind === "recovery password"
    ? await newRecoveryPassword(tx, runtime, owner.enrollmentId, step.clear)
    : step.arguments;
  const singleton = step.kind === "command" ? step.singleton ?? name : name;
  const { id } = await queueCommand(tx, runtime, command, target, owner.channelId, input, { singleton, byPlan: true });
  if (step.kind === "command" ? step.inventory === true : step.kind.endsWith(" password")) {
    await recordInventoryAsked(tx, owner.channelId, name, now);
  }
  return id;
}

/** Returns when a device that does not answer is pushed again. */
export const pushAgainAt = ({ runtime, now }: Pick<Conversation, "runtime" | "now">): Date =>
  new Date(now.getTime() + Math.max(runtime.config.COMMAND_RESEND_AFTER, runtime.config.PUSH_MAX_COMMAND_WAIT) * 1000);

/** A command that is sent. */
type Outgoing = Pick<CommandRow, "id" | "uuid" | "name" | "arguments" | "secretsSealed">;

/** Builds a command that was read with the queue, and leaves it to the commit to mark it as sent; null when it cannot be built. */
export async function sendKnown(
  conversation: TargetedConversation,
  row: Outgoing,
  last: LastStatements,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const { tx, owner, now } = conversation;
  const built = await buildCommand(conversation, row);
  if (typeof built === "string") return await giveUp(conversation, row, built);
  const { answered } = last;
  last.answered = undefined;
  const sent = [{ id: row.id, channelId: owner.channelId }];
  const marking = markingSent(tx, sent, pushAgainAt(conversation), now, answered === undefined ? [] : [answered]);
  last.marking = marking;
  last.statements.push(marking);
  return built;
}

/** Marks a command sent and builds it; null when it cannot be built, and then it is finished with the reason. */
async function send(
  conversation: TargetedConversation,
  commandId: number,
  last: LastStatements,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const { tx, owner, now } = conversation;
  await writeNow(tx, last, now);
  const row = await markSent(tx, owner.channelId, commandId, pushAgainAt(conversation), now);
  const built = await buildCommand(conversation, row);
  return typeof built === "string" ? await giveUp(conversation, row, built) : built;
}

/** Finishes a command that cannot be built: one such command blocks no other. */
async function giveUp(conversation: TargetedConversation, row: Outgoing, reason: string): Promise<null> {
  const { tx, runtime, by, now } = conversation;
  const errorChain = [{
    ErrorDomain: "Espalier",
    ErrorCode: 1,
    LocalizedDescription: reason,
    USEnglishDescription: reason,
  }];
  await finishCommand(tx, { id: row.id, state: "error", resultSealed: null, errorChain }, now);
  const { artifact_version: versionId, content_revision: contentRevision } = row.arguments;
  if (typeof versionId === "string") {
    await recordSeen(tx, runtime, by, artifactOwnerOf(conversation), [{
      versionId,
      status: removesArtifacts(row.name) ? "RemovalFailed" : "Failed",
      via: "command",
      contentRevision: typeof contentRevision === "number" ? contentRevision : 0,
      extraInfo: { reason },
      uniqueInstallIdentifier: row.uuid,
    }]);
  }
  return null;
}

/** Returns the bytes of a command, or the reason why there are none. */
export async function buildCommand(
  { tx, runtime, owner, target }: TargetedConversation,
  row: Outgoing,
): Promise<Uint8Array<ArrayBuffer> | string> {
  const command = commandNamed(row.name);
  if (command === undefined) return "This version of the server does not know the command.";
  const invalid = command.invalidFor(target);
  if (invalid !== null) return invalid;
  const stored = await argumentsOf(runtime, row.id, row.arguments, row.secretsSealed);
  let content: Record<string, Json>;
  try {
    content = await commandContent({ tx, runtime, owner }, row, stored);
  } catch (error) {
    if (error instanceof KeyWanted) throw error;
    if (error instanceof ExpansionError) return error.message;
    if (error instanceof Problem && error.code === "unavailable") return error.message;
    runtime.log.warn("Cannot build a command", { command: row.uuid, name: row.name, error });
    return "The command's content cannot be created. The server's log has details.";
  }
  const parsed = command.args.safeParse({ ...stored, ...content });
  if (!parsed.success) return "This version of the server does not know the arguments of the command.";
  const dict = commandDict(command, parsed.data, { target, commandUuid: row.uuid });
  // Apple's conditions are checked again, since the device may have changed.
  const requestType = command.published === undefined ? command.requestTypeOf?.(parsed.data) : command.requestType;
  const wrong = command.published === undefined ? undefined : validateCommand(command.requestType, dict)[0];
  const refused = wrong?.message ?? (requestType === undefined ? null : commandUnsupported(requestType, dict, target));
  if (refused !== null) return refused;
  try {
    return commandPayload(row.uuid, dict);
  } catch (error) {
    if (error instanceof PlistError) return error.message;
    throw error;
  }
}
