/**
 * What follows from revealing a secret, by kind: the device is told to replace it after a delay.
 *
 * @module
 */

import { findTarget } from "../../db/devices/devices.ts";
import { findFilevaultRevealPolicy } from "../../db/filevault/filevault_facts.ts";
import type { ChannelId, DeviceId, EnrollmentId } from "../../db/ids.ts";
import type { Tx } from "../../db/open.ts";
import { findLiveCommand } from "../../db/work/commands.ts";
import { queueCommand } from "../commands/queue.ts";
import { commandNamed } from "../commands/registry.ts";
import type { Runtime } from "../runtime.ts";
import type { LiveKind } from "./kinds.ts";

/** A replacement after a reveal: the channel of the device, and the delay of its settings in minutes; 0 is never. */
type RevealPolicy = { channelId: ChannelId; enrollmentId: EnrollmentId; delay: number };

/** How a kind is replaced: the command without arguments, and the query of its settings. */
type Replacement = {
  command: string;
  policy(tx: Tx, deviceId: DeviceId): Promise<RevealPolicy | undefined>;
};

/** The kinds that are replaced. Adding one is adding a line. */
const REPLACEMENTS: Readonly<Partial<Record<LiveKind, Replacement>>> = {
  filevault_prk: { command: "RotateFileVaultKey", policy: findFilevaultRevealPolicy },
};

/**
 * Queues the replacement of a revealed secret where the settings of the device want one, at most one at a time; returns
 * when it is due, or null.
 */
export async function replaceAfterReveal(
  tx: Tx,
  runtime: Runtime,
  deviceId: DeviceId,
  kind: LiveKind,
): Promise<Date | null> {
  const replacement = REPLACEMENTS[kind];
  const policy = await replacement?.policy(tx, deviceId);
  if (replacement === undefined || policy === undefined || policy.delay === 0) return null;
  const { channelId, enrollmentId, delay } = policy;
  const now = runtime.clock.now();
  const queued = await findLiveCommand(tx, channelId, replacement.command);
  if (queued !== undefined) return queued.notBefore ?? now;
  const command = commandNamed(replacement.command);
  const target = await findTarget(tx, enrollmentId, "Device");
  if (command === undefined || command.invalidFor(target) !== null) return null;
  const notBefore = new Date(now.getTime() + delay * 60_000);
  await queueCommand(tx, runtime, command, target, channelId, {}, { singleton: command.name, notBefore });
  return notBefore;
}
