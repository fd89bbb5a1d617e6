/**
 * The conversation with a device: its report is applied, then the next command is chosen and sent.
 *
 * @module
 */

import {
  type CommandRow,
  expireCommands,
  type FinalState,
  finishCommand,
  lockCommand,
  nextCommandTime,
  postponeCommand,
  setNextAction,
  takeCommand,
} from "../../db/commands.ts";
import { findTarget, inventoryAges } from "../../db/devices.ts";
import { type ContactRow, type EnrollmentChange, recordContact, updateEnrollment } from "../../db/enrollments.ts";
import type { Json, Tx } from "../../db/open.ts";
import { problem } from "../errors.ts";
import { recordEvents, type RequestInfo } from "../events/record.ts";
import type { Certificate } from "../pki/certificate.ts";
import { commandPayload, type Report } from "../protocol/report.ts";
import type { Runtime } from "../runtime.ts";
import { commandDict, type CommandTarget, type Effect } from "./command.ts";
import { queueCommand, secretContext } from "./queue.ts";
import { type AnyCommand, commandNamed } from "./registry.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** How often the base inventory is asked for where nothing else is said. */
const INVENTORY_SECONDS = 86_400;
/** Backoff of a command that the device put off: doubling from a minute to four hours. */
const postponed = (now: Date, count: number) => new Date(now.getTime() + Math.min(60 * 2 ** count, 14_400) * 1000);

/** Answers a connect: the bytes of the next command, or null when there is nothing to do. */
export async function handleConnect(
  runtime: Runtime,
  sender: Certificate,
  report: Report,
  request: RequestInfo,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const now = runtime.clock.now();
  const idle = report.status === "Idle";
  const contact = await recordContact(
    runtime.sql,
    sender.fingerprint,
    report.ids.deviceKey,
    report.ids.userKey ?? "",
    request.ip,
    idle,
    now,
  );
  if (contact === undefined) {
    throw problem("device-not-identified", undefined, {
      reason: "the device certificate is not pinned to an enrollment of this UDID",
    });
  }
  const quiet = contact.nextActionAt === null || contact.nextActionAt > now;
  // The hot path: nothing is due, so one statement was all.
  if (idle && quiet && contact.blockedAt === null) return null;
  return await runtime.sql.begin(async (tx) => {
    if (!idle) await applyReport(tx, runtime, contact, report, request);
    // 401 makes the device unenroll, so it is said only to a released one, after its report was taken.
    if (contact.blockedAt !== null) throw problem("device-released");
    return await nextCommand(tx, runtime, contact, report);
  });
}

async function applyReport(
  tx: Tx,
  runtime: Runtime,
  contact: ContactRow,
  report: Report,
  request: RequestInfo,
): Promise<void> {
  const now = runtime.clock.now();
  await recordEvents(tx, runtime, request, [{
    type: "mdm_request",
    serialNumber: contact.serialNumber,
    tags: ["heartbeat"],
    objects: { device: [contact.deviceId] },
    payload: {
      status: "success",
      view_name: "connect",
      udid: contact.udid,
      user_id: report.ids.userKey,
      command_uuid: report.commandUuid,
      request_status: report.status,
    },
  }]);
  const uuid = report.commandUuid;
  const row = uuid === undefined || !UUID.test(uuid) ? undefined : await lockCommand(tx, contact.channelId, uuid);
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
  const target = await targetOf(tx, contact, report);
  const effects = command === undefined ? [] : effectsOf(command, await argumentsOf(runtime, row), report, target);
  const unreadable = effects.some(({ kind }) => kind === "unreadable");
  await finishCommand(tx, row.id, {
    state,
    result: command === undefined || command.keepsResult || unreadable ? report.raw : null,
    errorChain: report.errorChain === undefined ? null : JSON.parse(JSON.stringify(report.errorChain)),
  }, now);
  if (contact.blockedAt === null) await applyEffects(tx, contact.enrollmentId, effects, now);
}

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

const targetOf = (tx: Tx, contact: ContactRow, report: Report) =>
  findTarget(tx, contact.enrollmentId, report.ids.channel);

/** Present values only: an absent fact keeps what is stored. */
function present<T extends object>(values: T): Partial<T> {
  const result: Partial<T> = {};
  for (const key in values) if (values[key] !== undefined) result[key] = values[key];
  return result;
}

async function applyEffects(tx: Tx, enrollmentId: number, effects: readonly Effect[], now: Date): Promise<void> {
  for (const effect of effects) {
    if (effect.kind === "deviceInformation") {
      const { values: v } = effect;
      const change = present({
        platform: v.platform ?? undefined,
        awaitingConfiguration: v.awaitingConfiguration,
        name: v.name,
        model: v.model,
        osVersion: v.osVersion,
        osVersionExtra: v.osVersionExtra,
        buildVersion: v.buildVersion,
        buildVersionExtra: v.buildVersionExtra,
        appleSilicon: v.appleSilicon,
        supervised: v.supervised,
      }) as EnrollmentChange;
      await updateEnrollment(tx, enrollmentId, {
        ...change,
        deviceInformation: effect.raw,
        deviceInformationAt: now,
      }, now);
    } else if (effect.kind === "securityInfo") {
      const { values: v } = effect;
      const change = present({
        depEnrollment: v.depEnrollment,
        userEnrollment: v.userEnrollment,
        userApprovedEnrollment: v.userApproved,
        activationLockManageable: v.activationLockManageable,
      }) as EnrollmentChange;
      await updateEnrollment(tx, enrollmentId, { ...change, securityInfo: effect.raw, securityInfoAt: now }, now);
    }
  }
}

/** The inventory that is due on the device channel: what is known is older than a day, or nothing is. */
async function queueInventory(tx: Tx, runtime: Runtime, contact: ContactRow, target: CommandTarget): Promise<Date> {
  const now = runtime.clock.now();
  const ages = await inventoryAges(tx, contact.enrollmentId);
  const due = (at: Date | null) => (at === null ? now : new Date(at.getTime() + INVENTORY_SECONDS * 1000));
  const dues: Date[] = [];
  for (
    const [name, at] of [["DeviceInformation", ages.deviceInformationAt], [
      "SecurityInfo",
      ages.securityInfoAt,
    ]] as const
  ) {
    const command = commandNamed(name);
    if (command === undefined || command.invalidFor(target) !== null) continue;
    if (due(at) <= now) await queueCommand(tx, runtime, command, target, contact.channelId, {}, { singleton: true });
    dues.push(due(at));
  }
  const future = dues.filter((date) => date > now).map((date) => date.getTime());
  return new Date(future.length === 0 ? now.getTime() + INVENTORY_SECONDS * 1000 : Math.min(...future));
}

async function nextCommand(
  tx: Tx,
  runtime: Runtime,
  contact: ContactRow,
  report: Report,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const now = runtime.clock.now();
  const resend = runtime.config.COMMAND_RESEND_AFTER;
  const target = await targetOf(tx, contact, report);
  await expireCommands(tx, contact.channelId, now);
  let inventoryAt: Date | null = null;
  if (report.ids.channel === "Device" && report.status !== "NotNow") {
    inventoryAt = await queueInventory(tx, runtime, contact, target);
  }
  for (;;) {
    const row = await takeCommand(tx, contact.channelId, {
      unansweredSince: new Date(now.getTime() - resend * 1000),
      pushAgainAt: new Date(now.getTime() + Math.max(resend, runtime.config.PUSH_MAX_COMMAND_WAIT) * 1000),
    }, now);
    if (row === undefined) {
      const queued = await nextCommandTime(tx, contact.channelId, resend);
      const times = [queued, inventoryAt].filter((date) => date !== null).map((date) => date.getTime());
      await setNextAction(tx, contact.channelId, times.length === 0 ? null : new Date(Math.min(...times)));
      return null;
    }
    const command = commandNamed(row.name);
    const parsed = command?.args.safeParse(await argumentsOf(runtime, row));
    const reason = command === undefined || parsed?.success !== true
      ? "This version does not know the command."
      : command.invalidFor(target);
    if (command === undefined || parsed?.success !== true || reason !== null) {
      // One command that cannot be built blocks no other.
      await finishCommand(tx, row.id, {
        state: "error",
        result: null,
        errorChain: [{ ErrorDomain: "Espalier", ErrorCode: 1, USEnglishDescription: reason ?? "" }],
      }, now);
      continue;
    }
    return commandPayload(row.uuid, commandDict(command, parsed.data, { target, commandUuid: row.uuid }));
  }
}
