/**
 * Queues a bulk command on its devices, some of them in each transaction.
 *
 * Promise: killed at any statement and run again, it leads to the same: each device has the command once, or a reason
 * why not.
 *
 * @module
 */

import { coveredDevices } from "../../db/access/device_limit_views.ts";
import { findUser } from "../../db/access/users.ts";
import {
  type BulkCommandRow,
  lockBulkCommand,
  setBulkState,
  settleTarget,
  unsentCommands,
  waitingTargets,
} from "../../db/bulk/bulk_commands.ts";
import { type DeviceView, findDevices } from "../../db/devices/device_views.ts";
import type { DeviceId } from "../../db/ids.ts";
import type { Tx } from "../../db/open.ts";
import { type Actor, mayAll } from "../access/actor.ts";
import { mayCommand, SEND_COMMANDS } from "../access/command_rights.ts";
import { limitOf } from "../access/device_limit.ts";
import { cancelQueued, queueCommand } from "../commands/queue.ts";
import { type AnyCommand, commandNamed } from "../commands/registry.ts";
import { Problem } from "../errors.ts";
import type { By } from "../events/by.ts";
import { recordAudit } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import { targetOf } from "./actions.ts";
import { bulkContext } from "./bulk_commands.ts";
import { whyNotTaken } from "./bulk_targets.ts";

/** Devices in one transaction: their check-ins wait for it. */
const BATCH = 25;
const FIRST = "00000000-0000-0000-0000-000000000000";
const LOST = "The person who sent it no longer has the permission.";

/** Returns the person of a command as they are now; undefined if they may no longer send it to any device. */
async function senderOf(tx: Tx, bulk: BulkCommandRow): Promise<Actor | undefined> {
  const user = bulk.createdById === null ? undefined : await findUser(tx, bulk.createdById);
  if (user === undefined || !user.isActive) return undefined;
  const { id: userId, username, isServiceAccount, isSuperuser, grants } = user;
  const actor = { userId, username, isServiceAccount, isSuperuser, grants };
  return mayAll(actor, [SEND_COMMANDS]) && bulk.commands.every((name) => mayCommand(actor, name)) ? actor : undefined;
}

/** Queues the command on a device. Returns its UUID, or why it cannot be. */
async function queueFor(
  tx: Tx,
  runtime: Runtime,
  by: By,
  bulk: BulkCommandRow,
  command: AnyCommand,
  device: DeviceView | undefined,
  input: unknown,
): Promise<{ uuid: string } | { why: string }> {
  if (device === undefined) return { why: "The device no longer exists." };
  const why = whyNotTaken(device, command, { input });
  if (why !== null) return { why };
  const { notBefore, expiresAt } = bulk;
  if (expiresAt !== null && expiresAt <= runtime.clock.now()) return { why: "The command expired before." };
  if (device.channelId === null) return { why: "The device is not enrolled." };
  try {
    const { uuid } = await queueCommand(tx, runtime, command, targetOf(device), device.channelId, input, {
      ...(notBefore === null ? {} : { notBefore }),
      ...(expiresAt === null ? {} : { expiresAt }),
    });
    await recordAudit(tx, runtime, by, {
      action: "created",
      model: "mdm.devicecommand",
      pk: uuid,
      serialNumber: device.serialNumber,
      after: { uuid, name: command.name, kwargs: bulk.shown, bulk_command: bulk.id },
    });
    return { uuid };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { reason, fields } = error.details;
    return { why: reason ?? (fields === undefined ? error.message : Object.values(fields).flat().join(" ")) };
  }
}

/** Queues the command on the next devices. Returns whether more wait. */
async function queueBatch(tx: Tx, runtime: Runtime, bulk: BulkCommandRow): Promise<boolean> {
  const { id } = bulk;
  const ids = await waitingTargets(tx, id, BATCH);
  if (ids.length === 0) {
    await setBulkState(tx, id, "done", runtime.clock.now());
    return false;
  }
  const actor = await senderOf(tx, bulk);
  const only = actor === undefined ? undefined : limitOf(actor, SEND_COMMANDS, bulk.commands);
  const covered = only === undefined ? undefined : await coveredDevices(tx, ids, only);
  const command = commandNamed(bulk.name);
  const input: unknown = bulk.argumentsSealed === null
    ? {}
    : JSON.parse(await runtime.keys.openText(bulk.argumentsSealed, bulkContext(id)));
  const devices = new Map<DeviceId, DeviceView>((await findDevices(tx, ids)).map((device) => [device.id, device]));
  const by: By = {
    who: actor === undefined ? { kind: "job", job: "bulk-command" } : { kind: "user", ...actor },
    request: undefined,
  };
  for (const deviceId of ids) {
    const outcome = actor === undefined || command === undefined || covered?.has(deviceId) === false
      ? { why: command === undefined ? "This server no longer has the command." : LOST }
      : await queueFor(tx, runtime, by, bulk, command, devices.get(deviceId), input);
    await settleTarget(tx, id, deviceId, outcome);
  }
  return true;
}

/** Cancels the queued commands of a cancelled one. Returns how many. */
async function cancelUnsent(runtime: Runtime, by: By, id: string, signal: AbortSignal): Promise<number> {
  let cancelled = 0;
  for (let after = FIRST;;) {
    signal.throwIfAborted();
    const uuids = await unsentCommands(runtime.sql, id, after, BATCH);
    for (const uuid of uuids) {
      after = uuid;
      try {
        await cancelQueued(runtime, by, uuid);
        cancelled++;
      } catch (error) {
        // It was sent meanwhile.
        if (!(error instanceof Problem)) throw error;
      }
    }
    if (uuids.length < BATCH) return cancelled;
  }
}

/** Does what is left of a bulk command. Returns how many batches were queued, or how many commands were cancelled. */
export async function runBulkCommand(
  runtime: Runtime,
  by: By,
  id: string,
  signal: AbortSignal,
): Promise<{ batches: number; cancelled: number }> {
  let batches = 0;
  for (;;) {
    signal.throwIfAborted();
    const state = await runtime.sql.begin(async (tx) => {
      const bulk = await lockBulkCommand(tx, id);
      if (bulk?.state !== "running") return bulk?.state ?? "gone";
      return await queueBatch(tx, runtime, bulk) ? "running" : "done";
    });
    if (state === "cancelled") return { batches, cancelled: await cancelUnsent(runtime, by, id, signal) };
    if (state !== "running") return { batches, cancelled: 0 };
    batches++;
  }
}
