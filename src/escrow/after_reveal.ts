/**
 * What follows from revealing a secret, by kind: the device replaces it after a delay.
 *
 * @module
 */

import { adminPasswordRotationDelay } from "../../db/ade/dep_enrollments.ts";
import { findTarget } from "../../db/devices/devices.ts";
import { livePasswords, type PasswordKind, replacePasswordAt } from "../../db/devices/escrowed_passwords.ts";
import { findFilevaultRevealPolicy } from "../../db/filevault/filevault_facts.ts";
import type { DeviceId } from "../../db/ids.ts";
import type { Tx } from "../../db/open.ts";
import { findConfigOfDevice } from "../../db/recovery/recovery_password_configs.ts";
import { findLiveCommand } from "../../db/work/commands.ts";
import { queueCommand } from "../commands/queue.ts";
import { commandNamed } from "../commands/registry.ts";
import type { Runtime } from "../runtime.ts";
import type { LiveKind } from "./kinds.ts";

/** Has the secret replaced where the settings of the device want it, at most once; returns when it is due, or null. */
type Replacement = (tx: Tx, runtime: Runtime, deviceId: DeviceId) => Promise<Date | null>;

const inMinutes = (now: Date, minutes: number) => new Date(now.getTime() + minutes * 60_000);

/** A password is replaced by the device's plan, some minutes later; 0 is never. */
const byPlan = (kind: PasswordKind, minutes: (tx: Tx, deviceId: DeviceId) => Promise<number>): Replacement =>
async (
  tx,
  { clock },
  deviceId,
) => {
  const held = (await livePasswords(tx, deviceId, kind)).find(({ proven }) => proven);
  const delay = held === undefined ? 0 : await minutes(tx, deviceId);
  return held === undefined || delay === 0 ? null : await replacePasswordAt(tx, held.id, inMinutes(clock.now(), delay));
};

/** The minutes from a reveal to the replacement of a recovery password, by the settings; `silicon` is a recovery lock. */
const recoveryDelay = (silicon: boolean) => async (tx: Tx, deviceId: DeviceId): Promise<number> => {
  const config = await findConfigOfDevice(tx, deviceId);
  const rotates = config?.dynamicPassword === true && (silicon || config.rotateFirmwarePassword);
  return rotates ? config.revealRotationDelay : 0;
};

/** A recovery key is replaced by a command, which is queued with a delay. */
const rotatedKey: Replacement = async (tx, runtime, deviceId) => {
  const policy = await findFilevaultRevealPolicy(tx, deviceId);
  if (policy === undefined || policy.delay === 0) return null;
  const { channelId, enrollmentId, delay } = policy;
  const now = runtime.clock.now();
  const queued = await findLiveCommand(tx, channelId, "RotateFileVaultKey");
  if (queued !== undefined) return queued.notBefore ?? now;
  const command = commandNamed("RotateFileVaultKey");
  const target = await findTarget(tx, enrollmentId, "Device");
  if (command === undefined || command.invalidFor(target) !== null) return null;
  const notBefore = inMinutes(now, delay);
  await queueCommand(tx, runtime, command, target, channelId, {}, { singleton: command.name, notBefore });
  return notBefore;
};

/** The kinds that are replaced. Adding one is adding a line. */
const REPLACEMENTS: Readonly<Partial<Record<LiveKind, Replacement>>> = {
  filevault_prk: rotatedKey,
  recovery_lock_password: byPlan("recovery_lock_password", recoveryDelay(true)),
  firmware_password: byPlan("firmware_password", recoveryDelay(false)),
  admin_password: byPlan("admin_password", adminPasswordRotationDelay),
};

/** Has a revealed secret replaced where the settings of the device want it; returns when it is due, or null. */
export const replaceAfterReveal = async (
  tx: Tx,
  runtime: Runtime,
  deviceId: DeviceId,
  kind: LiveKind,
): Promise<Date | null> => await REPLACEMENTS[kind]?.(tx, runtime, deviceId) ?? null;
