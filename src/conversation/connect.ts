/**
 * The conversation with a device: its report is applied, then the next command is chosen and sent.
 *
 * @module
 */

import { findTarget } from "../../db/devices/devices.ts";
import { findPinned, recordContact } from "../../db/enrollment/identities.ts";
import type { Db, Json } from "../../db/open.ts";
import { lockChannels } from "../../db/work/channels.ts";
import {
  type CommandRow,
  expireCommands,
  type FinalState,
  finishCommand,
  lockCommand,
  markSent,
  postponeCommand,
  setNextAction,
} from "../../db/work/commands.ts";
import { recordInventoryAsked } from "../../db/work/plan_facts.ts";
import { commandUnsupported } from "../apple_schema/commands.ts";
import { removesArtifacts } from "../blueprints/artifact_types.ts";
import { recordSeen } from "../blueprints/record_observations.ts";
import { commandDict, type CommandTarget, type Effect } from "../commands/command.ts";
import { queueCommand, secretContext } from "../commands/queue.ts";
import { type AnyCommand, commandNamed } from "../commands/registry.ts";
import { sealResult } from "../commands/result.ts";
import { bindRenewedIdentity, renewalProfile } from "../enrollment/renewal.ts";
import { Problem, problem } from "../errors.ts";
import { endEscrow } from "../escrow.ts";
import type { Caller } from "../events/by.ts";
import { recordEvents } from "../events/record.ts";
import { alertAndThrow, AlertingProblem } from "../identity/alert.ts";
import type { Certificate } from "../pki/certificate.ts";
import { follow } from "../planner/follow.ts";
import { loadFacts } from "../planner/load.ts";
import { plan, type Step } from "../planner/plan.ts";
import { PlistError } from "../protocol/plist.ts";
import { commandPayload, type Report, type ReportStatus } from "../protocol/report.ts";
import type { Runtime } from "../runtime.ts";
import { ExpansionError } from "../variables/expansion_error.ts";
import { applyEffect } from "./apply_effects.ts";
import { artifactContent } from "./artifact_content.ts";
import { artifactOwnerOf, type Conversation, type Exchange, type TargetedConversation } from "./conversation.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** A plan leads to a command that can be built long before this many tries. */
const MAX_STEPS = 1000;
/** Backoff of a command that the device put off: doubling from a minute to four hours. */
const postponed = (now: Date, count: number) => new Date(now.getTime() + Math.min(60 * 2 ** count, 14_400) * 1000);

/** Answers a connect: the bytes of the next command, or null when there is nothing to do. */
export async function handleConnect(
  runtime: Runtime,
  by: Caller,
  sender: Certificate,
  report: Report,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const now = runtime.clock.now();
  const idle = report.status === "Idle";
  const record = (db: Db) =>
    recordContact(db, sender.fingerprint, report.ids.deviceKey, report.ids.userKey ?? "", by.request.ip, idle, now);
  const contact = await record(runtime.sql) ?? await runtime.sql.begin(async (tx) => {
    await identifyUnknown({ tx, runtime, sender }, report.ids.deviceKey);
    return await record(tx);
  }).catch((error) => alertAndThrow(runtime, by, error));
  if (contact === undefined) {
    throw problem("device-not-identified", undefined, { reason: "the enrollment has no channel of this user" });
  }
  const quiet = contact.nextActionAt === null || contact.nextActionAt > now;
  // The hot path: nothing is due, so one statement was all.
  if (idle && quiet && contact.blockedAt === null) return null;
  const outcome = await runtime.sql.begin(async (tx) => {
    await lockChannels(tx, [contact.channelId]);
    const owner = { ...contact, userKey: report.ids.userKey ?? "" };
    const conversation = { tx, runtime, by, owner, now: runtime.clock.now() };
    if (!idle) await applyReport(conversation, report);
    return contact.blockedAt === null ? await nextCommand(conversation, report.status) : "released";
  });
  // 401 makes the device unenroll, so it is said only to a released one, and only when its last report is kept.
  if (outcome === "released") throw problem("device-released");
  if (outcome === "ended") {
    throw problem("device-not-identified", undefined, { reason: "the enrollment ended during the conversation" });
  }
  return outcome;
}

/**
 * A sender whose identity speaks for no such channel: it is renewed and speaks for the first time, or it is refused. Throws
 * `device-not-identified` and `device-deleted`.
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

async function applyReport(conversation: Conversation, report: Report): Promise<void> {
  const { tx, runtime, by, owner, now } = conversation;
  await recordEvents(tx, runtime, by, [{
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
  }]);
  const uuid = report.commandUuid;
  const row = uuid === undefined || !UUID.test(uuid) ? undefined : await lockCommand(tx, owner.channelId, uuid);
  // Answered before (our reply was lost), or never ours: nothing to do.
  if (row === undefined) return;
  if (report.status === "NotNow") {
    await postponeCommand(tx, row.id, postponed(now, row.notNowCount), now);
    return;
  }
  const command = commandNamed(row.name);
  const state: FinalState = report.status === "Acknowledged"
    ? "acknowledged"
    : report.status === "Error"
    ? "error"
    : "formatError";
  const target = await findTarget(tx, owner.enrollmentId, report.ids.channel);
  const effects = command === undefined ? [] : effectsOf(command, await argumentsOf(runtime, row), report, target);
  const unreadable = effects.some(({ kind }) => kind === "unreadable");
  const kept = command === undefined || command.keepsResult || unreadable || report.unreadable !== undefined;
  await finishCommand(tx, row.id, {
    state,
    resultSealed: kept ? await sealResult(runtime.keys, row.id, keptBytes(report)) : null,
    errorChain: report.errorChain === undefined ? null : JSON.parse(JSON.stringify(report.errorChain)),
  }, now);
  // A blocked device's last report counts as any other: it may hold the PIN that the device is locked with.
  for (const effect of effects) await applyEffect(effect, { ...conversation, target });
}

/** Bytes of a report that nobody can read: enough to see why, and no room for a device to fill. */
const UNREADABLE_BYTES = 64 * 1024;

const keptBytes = ({ raw, unreadable }: Report): Uint8Array =>
  unreadable === undefined ? raw : raw.subarray(0, UNREADABLE_BYTES);

function effectsOf(command: AnyCommand, args: unknown, report: Report, target: CommandTarget): Effect[] {
  const parsed = command.args.safeParse(args);
  if (!parsed.success) return [{ kind: "unreadable", reason: "the stored arguments are not the command's" }];
  return report.status === "Acknowledged"
    ? command.onAcknowledged?.(report, parsed.data, target) ?? []
    : command.onError?.(report, parsed.data, target) ?? [];
}

async function argumentsOf(runtime: Runtime, row: CommandRow): Promise<Record<string, Json>> {
  if (row.secretsSealed === null) return row.arguments;
  const secrets: Record<string, Json> = JSON.parse(
    await runtime.keys.openText(row.secretsSealed, secretContext(row.id)),
  );
  return { ...row.arguments, ...secrets };
}

/** Follows the plan until it gives a command that can be sent; null when there is none, `ended` when the device is let go. */
async function nextCommand(
  conversation: Conversation,
  status: ReportStatus,
): Promise<Uint8Array<ArrayBuffer> | null | "ended"> {
  const { tx, runtime, by, owner, now } = conversation;
  const { channelId } = owner;
  await expireCommands(tx, channelId, now);
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    const facts = await loadFacts(tx, runtime, channelId, { status, lock: true });
    // Deleted, or checked out, while this conversation waited for the channel.
    if (facts.ended) return "ended";
    if (facts.lockPinEscrowed && status === "Idle") {
      // A device that comes by itself has been unlocked.
      await endEscrow(tx, runtime, by, owner, "device_lock_pin");
    }
    const { next, planAgainAt, situation } = plan(facts, now);
    await follow(tx, channelId, facts, situation, now);
    if (next === null) {
      // While a PIN is held the next contact is looked at, since it ends the lock.
      const again = facts.lockPinEscrowed && status !== "Idle" ? now : planAgainAt;
      await setNextAction(tx, channelId, again);
      return null;
    }
    if (next.kind === "cancel") {
      await finishCommand(tx, next.commandId, { state: "cancelled", resultSealed: null, errorChain: null }, now);
      continue;
    }
    const targeted = { ...conversation, target: facts.target };
    const payload = await send(targeted, next.kind === "queued" ? next.commandId : await queueStep(targeted, next));
    if (payload !== null) return payload;
  }
  throw new Error("Cannot plan: no command of the plan can be sent");
}

/** Queues what the plan wants to send now; answers its id. */
async function queueStep(
  { tx, runtime, owner, target, now }: TargetedConversation,
  step: Exclude<Step, { kind: "queued" | "cancel" }>,
): Promise<number> {
  const name = step.kind === "renewal" ? "Reenroll" : step.name;
  const command = commandNamed(name);
  if (command === undefined) throw new Error(`Cannot queue ${name}: it is not in the registry`);
  const input = step.kind === "renewal"
    ? { profile: (await renewalProfile(tx, runtime, owner)).toBase64() }
    : step.arguments;
  const singleton = step.kind === "command" ? step.singleton ?? name : name;
  const { id } = await queueCommand(tx, runtime, command, target, owner.channelId, input, { singleton });
  if (step.kind === "command" && step.inventory === true) {
    await recordInventoryAsked(tx, owner.channelId, name, now);
  }
  return id;
}

/** Marks a command sent and builds it; null when it cannot be built, and then it is finished with the reason. */
async function send(conversation: TargetedConversation, commandId: number): Promise<Uint8Array<ArrayBuffer> | null> {
  const { tx, runtime, by, owner, now } = conversation;
  const wait = Math.max(runtime.config.COMMAND_RESEND_AFTER, runtime.config.PUSH_MAX_COMMAND_WAIT);
  const row = await markSent(tx, owner.channelId, commandId, new Date(now.getTime() + wait * 1000), now);
  const reason = await build(conversation, row);
  if (typeof reason !== "string") return reason;
  // One command that cannot be built blocks no other.
  const errorChain = [{
    ErrorDomain: "Espalier",
    ErrorCode: 1,
    LocalizedDescription: reason,
    USEnglishDescription: reason,
  }];
  await finishCommand(tx, row.id, { state: "error", resultSealed: null, errorChain }, now);
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

/** The bytes of a command, or why there are none. */
async function build(
  { tx, runtime, target }: TargetedConversation,
  row: CommandRow,
): Promise<Uint8Array<ArrayBuffer> | string> {
  const command = commandNamed(row.name);
  if (command === undefined) return "This version of the server does not know the command.";
  const invalid = command.invalidFor(target);
  if (invalid !== null) return invalid;
  const stored = await argumentsOf(runtime, row);
  let content: Record<string, Json>;
  try {
    content = await artifactContent(tx, runtime, row.channelId, row.name, stored);
  } catch (error) {
    if (error instanceof ExpansionError) return error.message;
    if (error instanceof Problem && error.code === "unavailable") return error.message;
    runtime.log.warn("Cannot build a command", { command: row.uuid, name: row.name, error });
    return "The command's content cannot be created. The server's log has details.";
  }
  const parsed = command.args.safeParse({ ...stored, ...content });
  if (!parsed.success) return "This version of the server does not know the arguments of the command.";
  const dict = commandDict(command, parsed.data, { target, commandUuid: row.uuid });
  // What an operator wrote has no conditions of its own: Apple's are looked at again, the device may have changed.
  const requestType = command.requestTypeOf?.(parsed.data);
  const refused = requestType === undefined ? null : commandUnsupported(requestType, dict, target);
  if (refused !== null) return refused;
  try {
    return commandPayload(row.uuid, dict);
  } catch (error) {
    if (error instanceof PlistError) return error.message;
    throw error;
  }
}
