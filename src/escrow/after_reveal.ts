/**
 * What follows from revealing a secret, by kind: the device is told to replace it after a delay.
 *
 * @module
 */

import { adminPasswordRotationDelay } from "../../db/ade/dep_enrollments.ts";
import { findTarget } from "../../db/devices/devices.ts";
import { livePasswords, type PasswordKind, replacePasswordAt } from "../../db/devices/escrowed_passwords.ts";
import { findFilevaultRevealPolicy } from "../../db/filevault/filevault_facts.ts";
import type { DeviceId } from "../../db/ids.ts";
import { findConfigOfDevice } from "../../db/recovery/recovery_password_configs.ts";
import type { Tx } from "../../db/open.ts";
import { findLiveCommand } from "../../db/work/commands.ts";
import { queueCommand } from "../commands/queue.ts";
import { rotateFileVaultKey } from "../commands/rotate_file_vault_key.ts";
import type { Runtime } from "../runtime.ts";
import type { EscrowOwner } from "./escrow.ts";
import type { LiveKind } from "./kinds.ts";

/** Queues the replacement where the settings want one, at most one; returns when it is due, or null. */
export type AfterReveal = (tx: Tx, runtime: Runtime, owner: EscrowOwner) => Promise<Date | null>;

/** A password is replaced by the device's plan, some minutes later; 0 is never. */
const replacing =
  (kind: PasswordKind, minutes: (tx: Tx, deviceId: DeviceId) => Promise<number>): AfterReveal =>
  async (tx, { clock }, { deviceId }) => {
    const held = (await livePasswords(tx, deviceId, kind)).find(({ proven }) => proven);
    const delay = held === undefined ? 0 : await minutes(tx, deviceId);
    return held === undefined || delay === 0
      ? null
      : await replacePasswordAt(tx, held.id, new Date(clock.now().getTime() + delay * 60_000));
  };

/** A recovery key is replaced by a rotation that is queued for later. */
const rotating: AfterReveal = async (tx, runtime, { deviceId }) => {
  const policy = await findFilevaultRevealPolicy(tx, deviceId);
  if (policy === undefined || policy.delay === 0) return null;
  const { channelId, enrollmentId, delay } = policy;
  const now = runtime.clock.now();
  const queued = await findLiveCommand(tx, channelId, rotateFileVaultKey.name);
  if (queued !== undefined) return queued.notBefore ?? now;
  const target = await findTarget(tx, enrollmentId, "Device");
  if (rotateFileVaultKey.invalidFor(target) !== null) return null;
  const notBefore = new Date(now.getTime() + delay * 60_000);
  const options = { singleton: rotateFileVaultKey.name, notBefore };
  await queueCommand(tx, runtime, rotateFileVaultKey, target, channelId, {}, options);
  return notBefore;
};

/** The kinds that are replaced. Adding one is adding a line. */
export const AFTER_REVEAL: Readonly<Partial<Record<LiveKind, AfterReveal>>> = {
  filevault_prk: rotating,
  recovery_lock_password: replacing("recovery_lock_password", async (tx, deviceId) => {
    const config = await findConfigOfDevice(tx, deviceId);
    return config?.dynamicPassword === true ? config.revealRotationDelay : 0;
  }),
  firmware_password: replacing("firmware_password", async (tx, deviceId) => {
    const config = await findConfigOfDevice(tx, deviceId);
    return config?.dynamicPassword === true && config.rotateFirmwarePassword ? config.revealRotationDelay : 0;
  }),
  admin_password: replacing("admin_password", adminPasswordRotationDelay),
};
