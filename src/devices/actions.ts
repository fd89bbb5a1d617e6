/**
 * Operators' actions on a device: block, unblock, send a command.
 *
 * @module
 */

import { discardPreparedLists } from "../../db/work/channel_plans.ts";
import { forgetAttempts } from "../../db/artifacts/reinstall_paces.ts";
import { assignBlueprint, findBlueprint } from "../../db/blueprints/blueprints.ts";
import { type DeviceView, findDevice } from "../../db/devices/device_views.ts";
import { setBlocked } from "../../db/devices/devices.ts";
import { type DeviceUserView, findDeviceUser } from "../../db/devices/device_user_views.ts";
import type { ChannelId, DeviceId } from "../../db/ids.ts";
import type { Json, Tx } from "../../db/open.ts";
import { forcePush } from "../../db/push/push_targets.ts";
import { type CommandView, findCommand } from "../../db/work/commands.ts";
import { findUserCommand, type UserCommandView } from "../../db/work/user_command_views.ts";
import { mustAllowCommands, SEND_COMMANDS, type SendPermission } from "../access/command_rights.ts";
import type { Authorised } from "../access/operator.ts";
import { isDestructive } from "../approvals/destructive.ts";
import { passGate, type SensitiveAction } from "../approvals/gate.ts";
import type { CommandTarget } from "../commands/command.ts";
import { namesOf } from "../commands/right_names.ts";
import { checkedArguments, queueCommand, type SendOptions } from "../commands/queue.ts";
import { type AskedCommand, askedCommand } from "./asked_command.ts";
import { type AnyCommand, commandNamed } from "../commands/registry.ts";
import { enqueueJob } from "../enqueue_job.ts";
import { invalid, problem } from "../errors.ts";
import { unknownPk } from "../input_fields.ts";
import type { By } from "../events/by.ts";
import { recordAudit } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import { deviceRepresentation } from "./representation.ts";

async function mustFind(runtime: Runtime, id: DeviceId): Promise<DeviceView> {
  const device = await findDevice(runtime.sql, id);
  if (device === undefined) throw problem("not-found");
  return device;
}

/** Returns a device that something is done to. */
async function mustFindLive(runtime: Runtime, id: DeviceId): Promise<DeviceView> {
  const device = await mustFind(runtime, id);
  if (device.deletedAt !== null) throw problem("refused", "The device is deleted. Restore it first.");
  return device;
}

/**
 * Releases a device when it next connects and denies further enrollments, or undoes that; a deleted device can be
 * unblocked, since its block still denies enrollments. Returns the device. Throws what `passGate` throws for a block.
 */
export async function blockDevice(
  runtime: Runtime,
  by: Authorised,
  id: DeviceId,
  blocked: boolean,
): Promise<DeviceView> {
  if (blocked) {
    const { serialNumber, blockedAt } = await mustFindLive(runtime, id);
    if (blockedAt !== null) throw problem("refused", "Device already blocked.");
    await passGate(runtime, by, endOf("block", id, serialNumber));
  }
  return await setBlock(runtime, by, id, blocked);
}

/** The same for somebody who may, without asking anyone. */
export async function setBlock(runtime: Runtime, by: By, id: DeviceId, blocked: boolean): Promise<DeviceView> {
  const before = blocked ? await mustFindLive(runtime, id) : await mustFind(runtime, id);
  return await runtime.sql.begin(async (tx) => {
    if (!await setBlocked(tx, id, blocked, runtime.clock.now())) {
      throw problem("refused", blocked ? "Device already blocked." : "Device not blocked.");
    }
    const after = await findDevice(tx, id);
    if (after === undefined) throw problem("not-found");
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: "mdm.enrolleddevice",
      pk: id,
      serialNumber: after.serialNumber,
      before: deviceRepresentation(before, runtime),
      after: deviceRepresentation(after, runtime),
    });
    return after;
  });
}

/** The end of a device's management, as a sensitive action. */
export const endOf = (action: "block" | "delete", deviceId: DeviceId, serialNumber: string): SensitiveAction => ({
  kind: "destructive_commands",
  action,
  name: action,
  permissions: [action === "block" ? "mdm.change_enrolleddevice" : "mdm.delete_enrolleddevice"],
  device: { deviceId, serialNumber },
});

async function changed(
  runtime: Runtime,
  by: By,
  before: DeviceView,
  change: (tx: Tx) => Promise<void>,
): Promise<DeviceView> {
  return await runtime.sql.begin(async (tx) => {
    await change(tx);
    const after = await findDevice(tx, before.id);
    if (after === undefined) throw problem("not-found");
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: "mdm.enrolleddevice",
      pk: before.id,
      serialNumber: after.serialNumber,
      before: deviceRepresentation(before, runtime),
      after: deviceRepresentation(after, runtime),
    });
    return after;
  });
}

/**
 * Assigns a blueprint to a device, or none; it is pushed if that changes its plan. Throws `invalid` for one that does
 * not exist.
 */
export async function changeDeviceBlueprint(
  runtime: Runtime,
  by: By,
  id: DeviceId,
  blueprintId: number | null,
): Promise<DeviceView> {
  const before = await mustFindLive(runtime, id);
  if (blueprintId !== null && await findBlueprint(runtime.sql, blueprintId) === undefined) {
    throw invalid({ blueprint: [unknownPk(blueprintId)] });
  }
  return await changed(runtime, by, before, async (tx) => {
    if (!await assignBlueprint(tx, id, blueprintId, runtime.clock.now())) {
      throw problem("refused", "The device is not enrolled.");
    }
    await forgetAttempts(tx, { deviceId: id });
    await enqueueJob(tx, runtime, { kind: "replan", payload: { device_ids: [id] } });
    await discardPreparedLists(tx, { deviceId: id });
  });
}

/** Pushes a device at once, even if a push is outstanding. Throws `refused` when it cannot be pushed. */
export async function pokeDevice(runtime: Runtime, by: By, id: DeviceId): Promise<DeviceView> {
  const before = await mustFindLive(runtime, id);
  return await changed(runtime, by, before, async (tx) => {
    if (await forcePush(tx, id, runtime.clock.now()) === 0) {
      throw problem(
        "refused",
        "Cannot send a push to the device: it is not enrolled, or its push token is no longer valid.",
      );
    }
  });
}

/** Returns a device as the target of commands on its own channel. */
export const targetOf = (device: DeviceView): CommandTarget => ({
  channel: "Device",
  platform: device.platform,
  osVersion: `${device.osVersion ?? ""} ${device.osVersionExtra ?? ""}`.trim(),
  model: device.model ?? "",
  appleSilicon: device.appleSilicon,
  supervised: device.supervised,
  userEnrollment: device.userEnrollment,
  userApproved: device.userApprovedEnrollment,
  activationLockManageable: device.activationLockManageable,
  awaitingConfiguration: device.awaitingConfiguration,
  sharedIpad: device.sharedIpad,
  unlockTokenEscrowed: device.unlockTokenEscrowed,
  lostMode: device.lostMode,
  escrowsRecoveryKey: device.filevaultProfile === true,
  recoveryKeyEscrowed: device.hardwareProven !== false && device.escrowed.includes("filevault_prk"),
});

/** Returns why a device does not take a command on its own channel, without a full stop, or null if it does. */
export function whyNotSent(device: DeviceView, name: string, target = targetOf(device)): string | null {
  if (device.deletedAt !== null) return "The device is deleted. Restore it first";
  if (device.channelId === null || device.checkoutAt !== null) {
    return `Cannot send ${name}: the device is not enrolled`;
  }
  return commandNamed(name)?.invalidFor(target) ?? null;
}

/** The same for a user of a device. */
export function whyNotSentToUser(device: DeviceView, name: string): string | null {
  return whyNotSent(device, name, targetOfUser(device));
}

/** Where a command goes: the device itself or a user of it, which has a channel. */
type Recipient = {
  device: DeviceView;
  command: AnyCommand;
  target: CommandTarget;
  channelId: ChannelId;
  /** Whether it is a user. */
  user: boolean;
};

/** Returns a live device as the recipient of a command. Throws `refused` ("Invalid target.") if it takes none. */
async function mustTake(runtime: Runtime, id: DeviceId, name: string): Promise<Recipient> {
  const device = await mustFindLive(runtime, id);
  const command = commandNamed(name);
  if (command === undefined || device.channelId === null || device.checkoutAt !== null) {
    throw problem("refused", "Invalid target.");
  }
  return { device, command, target: targetOf(device), channelId: device.channelId, user: false };
}

/** The same for a user of a device. */
async function userMustTake(runtime: Runtime, id: ChannelId, name: string): Promise<Recipient> {
  const { user, device } = await mustFindUser(runtime, id);
  const command = commandNamed(name);
  if (command === undefined || device.checkoutAt !== null) throw problem("refused", "Invalid target.");
  return { device, command, target: targetOfUser(device), channelId: user.id, user: true };
}

/**
 * Queues what an operator asks for. Throws `permission-denied` if no role of the operator allows the command, `refused`
 * ("Invalid target.") or `invalid`, and what `passGate` throws for a destructive one.
 */
async function send(
  runtime: Runtime,
  by: Authorised,
  recipient: Recipient,
  permission: SendPermission,
  given: Readonly<Record<string, Json>>,
  options: SendOptions,
): Promise<string> {
  const { device, command, target, channelId, user } = recipient;
  const names = namesOf(command, given);
  mustAllowCommands(by.actor, names, permission);
  if (!isDestructive(command, names)) return await queueFor(runtime, by, recipient, given, options);
  // The reason of a sensitive action comes with its arguments.
  const { reason: _, ...input } = given;
  // Nobody is asked to approve what cannot be sent.
  checkedArguments(command, target, input);
  await passGate(runtime, by, {
    kind: "destructive_commands",
    action: "command",
    name: command.name,
    permissions: [permission],
    commands: names,
    device: { deviceId: device.id, serialNumber: device.serialNumber },
    input: askedCommand(input, options, user ? channelId : null),
  });
  return await queueFor(runtime, by, recipient, input, options);
}

/** Queues a command without asking anyone; returns its UUID. */
async function queueFor(
  runtime: Runtime,
  by: By,
  { device, command, target, channelId, user }: Recipient,
  input: Readonly<Record<string, Json>>,
  options: SendOptions,
): Promise<string> {
  return await runtime.sql.begin(async (tx) => {
    const { uuid } = await queueCommand(tx, runtime, command, target, channelId, input, options);
    const parsed = command.args.safeParse(input);
    await recordAudit(tx, runtime, by, {
      action: "created",
      model: user ? "mdm.usercommand" : "mdm.devicecommand",
      pk: uuid,
      serialNumber: device.serialNumber,
      after: {
        uuid,
        ...(user ? { enrolled_user: channelId } : {}),
        name: command.name,
        kwargs: parsed.success ? command.describe(parsed.data) : {},
      },
    });
    return uuid;
  });
}

/** Queues a command on the device channel. Throws as `send`. */
export async function sendCommand(
  runtime: Runtime,
  by: Authorised,
  id: DeviceId,
  name: string,
  given: Readonly<Record<string, Json>>,
  options: SendOptions = {},
): Promise<CommandView> {
  const recipient = await mustTake(runtime, id, name);
  const uuid = await send(runtime, by, recipient, SEND_COMMANDS, given, options);
  const view = await findCommand(runtime.sql, uuid);
  if (view === undefined) throw new Error("Cannot find the command that was just queued");
  return view;
}

/** Queues a command on the channel of a user. Throws as `sendCommand`. */
export async function sendUserCommand(
  runtime: Runtime,
  by: Authorised,
  id: ChannelId,
  name: string,
  given: Readonly<Record<string, Json>>,
  options: SendOptions = {},
): Promise<UserCommandView> {
  const recipient = await userMustTake(runtime, id, name);
  const uuid = await send(runtime, by, recipient, "mdm.add_usercommand", given, options);
  const view = await findUserCommand(runtime.sql, uuid);
  if (view === undefined) throw new Error("Cannot find the command that was just queued");
  return view;
}

/** Queues a command that a second person has approved; returns its UUID. */
export async function queueApproved(
  runtime: Runtime,
  by: By,
  deviceId: DeviceId,
  name: string,
  { input, options, user }: AskedCommand,
): Promise<string> {
  const recipient = user === null ? await mustTake(runtime, deviceId, name) : await userMustTake(runtime, user, name);
  return await queueFor(runtime, by, recipient, input, options);
}

async function mustFindUser(runtime: Runtime, id: ChannelId): Promise<{ user: DeviceUserView; device: DeviceView }> {
  const user = await findDeviceUser(runtime.sql, id);
  if (user === undefined) throw problem("not-found");
  return { user, device: await mustFindLive(runtime, user.deviceId) };
}

/** Returns a user of a device as the target of commands. */
export const targetOfUser = (device: DeviceView): CommandTarget => ({ ...targetOf(device), channel: "User" });
