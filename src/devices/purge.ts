/**
 * Removes the data of devices that were deleted long ago.
 *
 * Events stay. So do escrowed secrets, and the UDID and the serial number that they are found by; tokens of enrollments
 * move to them. A block stays as well. The attack: a blocked device waits for the end of its deletion and enrolls
 * again. Each step is a small transaction of one device, and the next run continues an interrupted one.
 *
 * @module
 */

import {
  beginPurge,
  endPurge,
  type ExpiredDevice,
  findExpiredDevices,
  findTokens,
  keepToken,
  lockExpiredDevice,
  purgeChannel,
  purgeCommandHistory,
  purgeEnrollment,
  purgeUnusedSessions,
} from "../../db/devices/device_purge.ts";
import type { DeviceId } from "../../db/ids.ts";
import { nextId } from "../../db/next_id.ts";
import type { Tx } from "../../db/open.ts";
import { escrowContext } from "../escrow/escrow.ts";
import type { By } from "../events/by.ts";
import { recordEvents } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";

const DAY_MS = 86_400_000;
/** Devices that are looked for at once, and enrollments whose tokens are moved in one transaction. */
const BATCH = 20;

/** Removes the data that is due. Returns the number of devices removed. */
export async function purgeDeletedDevices(runtime: Runtime, by: By, signal: AbortSignal): Promise<number> {
  const { sql, clock, config, log } = runtime;
  const before = new Date(clock.now().getTime() - config.DEVICE_DELETION_DAYS * DAY_MS);
  let purged = 0;
  let after: ExpiredDevice | undefined;
  for (;;) {
    const devices = await findExpiredDevices(sql, before, after, BATCH);
    for (const { id } of devices) {
      try {
        if (await purgeDevice(runtime, by, id, before, signal)) purged++;
      } catch (error) {
        if (signal.aborted) throw error;
        // A token that does not open, for one: it is not thrown away, and no other device waits for it.
        log.error("Cannot remove the data of a deleted device", { device: id, error });
      }
    }
    after = devices.at(-1);
    if (after === undefined) return purged;
  }
}

/** Removes one device, step by step. Returns whether it was removed; false if it was restored meanwhile. */
async function purgeDevice(
  runtime: Runtime,
  by: By,
  id: DeviceId,
  before: Date,
  signal: AbortSignal,
): Promise<boolean> {
  for (;;) {
    signal.throwIfAborted();
    const done = await runtime.sql.begin((tx) => step(tx, runtime, by, id, before));
    if (done !== "more") return done === "purged";
  }
}

/** One transaction of a removal. */
async function step(
  tx: Tx,
  runtime: Runtime,
  by: By,
  id: DeviceId,
  before: Date,
): Promise<"more" | "purged" | "elsewhere"> {
  const now = runtime.clock.now();
  const device = await lockExpiredDevice(tx, id, before);
  if (device === undefined) return "elsewhere";
  if (device.purgeBeganAt === null) {
    await beginPurge(tx, id, now);
    return "more";
  }
  if (
    await moveTokens(tx, runtime, id) || await purgeCommandHistory(tx, id) || await purgeChannel(tx, id) ||
    await purgeEnrollment(tx, id) || await purgeUnusedSessions(tx, device, now)
  ) return "more";
  const { removed, kinds } = await endPurge(tx, id, now);
  await recordEvents(tx, runtime, by, [{
    type: "mdm_device_purged",
    serialNumber: device.serialNumber,
    objects: { device: [id] },
    payload: {
      udid: device.udid,
      deleted_at: device.deletedAt.toISOString(),
      deleted_by: device.deletedBy,
      kept: removed ? [] : kinds,
    },
  }]);
  return "purged";
}

/** Moves the tokens of some enrollments to the escrowed secrets of the hardware. Returns whether there were any. */
async function moveTokens(tx: Tx, { keys, clock }: Runtime, deviceId: DeviceId): Promise<boolean> {
  const tokens = await findTokens(tx, deviceId, BATCH);
  for (const token of tokens) {
    const plain = await keys.open(token.sealed, {
      table: "enrollments",
      column: `${token.kind}_sealed`,
      id: token.enrollmentId,
    });
    const id = await nextId(tx, "escrowed_secrets");
    const secretSealed = await keys.seal(plain, escrowContext(id));
    await keepToken(tx, { id, deviceId, token, secretSealed }, clock.now());
  }
  return tokens.length > 0;
}
