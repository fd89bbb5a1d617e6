/**
 * The PIN that a Mac is locked with: kept from the moment that it is sent. A Mac that locks itself and whose answer is lost
 * can be unlocked.
 *
 * @module
 */

import { findOpenEscrowed, reopenEscrowed } from "../../db/devices/escrowed_secrets.ts";
import type { Tx } from "../../db/open.ts";
import type { By } from "../events/by.ts";
import type { Runtime } from "../runtime.ts";
import { escrow, type EscrowCause, type EscrowOwner, escrowUnproven, proveEscrowed } from "./escrow.ts";

const KIND = "device_lock_pin";

/** Keeps the PIN of a command that is about to be sent, once however often it is. */
export async function keepSentPin(
  tx: Tx,
  runtime: Runtime,
  owner: EscrowOwner,
  pin: string,
  command: { requestType: string; uuid: string },
): Promise<void> {
  if (await reopenEscrowed(tx, owner.deviceId, KIND, command.uuid)) return;
  await escrowUnproven(tx, runtime, owner, KIND, pin, { reason: "sent", command });
}

/** The Mac is locked with the PIN of a command; the one before it ends, if the answer counts for the hardware. */
export async function confirmPin(
  tx: Tx,
  runtime: Runtime,
  by: By,
  owner: EscrowOwner,
  pin: string,
  { command, counts }: { command: EscrowCause["command"]; counts: boolean },
): Promise<void> {
  const cause: EscrowCause = { reason: "acknowledged", command };
  const kept = (await findOpenEscrowed(tx, owner.deviceId, KIND)).find(({ commandUuid }) =>
    commandUuid !== null && commandUuid === command?.uuid
  );
  // One of an earlier version of the server was not kept.
  if (!counts) {
    if (kept === undefined) await escrowUnproven(tx, runtime, owner, KIND, pin, cause);
  } else if (kept === undefined) await escrow(tx, runtime, by, owner, KIND, pin, cause);
  else await proveEscrowed(tx, runtime, by, owner, { id: kept.id, kind: KIND }, cause);
}
