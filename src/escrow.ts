/**
 * Escrowed secrets: kept for the hardware, read only with permission, and every read records an event.
 *
 * @module
 */

import { endEscrowed, type EscrowKind, findEscrowed, insertEscrowed } from "../db/devices/escrowed_secrets.ts";
import type { DeviceId } from "../db/ids.ts";
import { nextId } from "../db/next_id.ts";
import type { Tx } from "../db/open.ts";
import type { Authorised } from "./access/operator.ts";
import { passGate } from "./approvals/gate.ts";
import type { By } from "./events/by.ts";
import { recordEvents } from "./events/record.ts";
import type { Runtime } from "./runtime.ts";

/** Returns the purpose that a secret is encrypted for. */
export const escrowContext = (id: number) => ({ table: "escrowed_secrets", column: "secret_sealed", id });

/** The device of a secret. */
export type EscrowOwner = { deviceId: DeviceId; serialNumber: string };

/** The kinds of secrets that are set, cleared and read one by one. */
type LiveKind = Extract<EscrowKind, "device_lock_pin" | "admin_password">;

/** The event types of each kind. */
const EVENTS: Record<LiveKind, { set: string; cleared: string; viewed: string }> = {
  device_lock_pin: {
    set: "device_lock_pin_set",
    cleared: "device_lock_pin_cleared",
    viewed: "device_lock_pin_viewed",
  },
  admin_password: {
    set: "admin_password_updated",
    cleared: "admin_password_cleared",
    viewed: "admin_password_viewed",
  },
};

/** Stores a secret; the previous one of its kind stays in the records, marked as ended. */
export async function escrow(
  tx: Tx,
  runtime: Runtime,
  by: By,
  owner: EscrowOwner,
  kind: LiveKind,
  secret: string,
): Promise<void> {
  const id = await nextId(tx, "escrowed_secrets");
  const secretSealed = await runtime.keys.seal(secret, escrowContext(id));
  await insertEscrowed(tx, { id, deviceId: owner.deviceId, kind, secretSealed }, runtime.clock.now());
  await record(tx, runtime, by, owner, EVENTS[kind].set);
}

/** Ends the current secret: the device no longer asks for it. */
export async function endEscrow(
  tx: Tx,
  runtime: Runtime,
  by: By,
  owner: EscrowOwner,
  kind: LiveKind,
): Promise<void> {
  if (!await endEscrowed(tx, owner.deviceId, kind, runtime.clock.now())) return;
  await record(tx, runtime, by, owner, EVENTS[kind].cleared);
}

/**
 * Returns the current secret, or null. An event records who saw it; without a secret there is no event. Throws what
 * `passGate` throws.
 */
export async function revealEscrowed(
  runtime: Runtime,
  by: Authorised,
  owner: EscrowOwner,
  kind: LiveKind,
): Promise<string | null> {
  await passGate(runtime, by, {
    kind: "reveals",
    action: "reveal",
    name: kind,
    permission: `mdm.view_${kind}`,
    device: owner,
  });
  return await runtime.sql.begin(async (tx) => {
    const row = await findEscrowed(tx, owner.deviceId, kind);
    if (row === undefined) return null;
    await record(tx, runtime, by, owner, EVENTS[kind].viewed);
    return await runtime.keys.openText(row.secretSealed, escrowContext(row.id));
  });
}

const record = (tx: Tx, runtime: Runtime, by: By, owner: EscrowOwner, type: string) =>
  recordEvents(tx, runtime, by, [{
    type,
    serialNumber: owner.serialNumber,
    objects: { device: [owner.deviceId] },
  }]);
