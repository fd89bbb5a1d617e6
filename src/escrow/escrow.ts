/**
 * Escrowed secrets: kept for the hardware, appended and never overwritten.
 *
 * A secret is `proven` when the device is known to have it. What was only sent stays beside the proven one until the
 * device shows which of them it has: a device that obeyed, and whose answer was lost, can still be unlocked.
 *
 * @module
 */

import {
  endEscrowed,
  endOneEscrowed,
  type EscrowedRow,
  type EscrowKind,
  findOpenEscrowed,
  insertEscrowed,
  type SealedRow,
  setProven,
} from "../../db/devices/escrowed_secrets.ts";
import type { DeviceId } from "../../db/ids.ts";
import { nextId } from "../../db/next_id.ts";
import type { Db, Tx } from "../../db/open.ts";
import type { By } from "../events/by.ts";
import { recordEvents } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import { ESCROW_KINDS, type EscrowEvents, type LiveKind } from "./kinds.ts";
import type { EscrowReason } from "./reasons.ts";

/** Returns the purpose that a secret is encrypted for. */
export const escrowContext = (id: number) => ({ table: "escrowed_secrets", column: "secret_sealed", id });

/** The device of a secret. */
export type EscrowOwner = { deviceId: DeviceId; serialNumber: string };

/** Why a secret is stored or ends. */
export type EscrowCause = {
  reason: EscrowReason;
  /** The command that led to it. */
  command?: { requestType: string; uuid: string } | undefined;
};

/** An opened secret. */
export type Escrowed = EscrowedRow & { secret: string };

/** Seals a secret and adds it; returns its id. */
async function add(
  tx: Tx,
  runtime: Runtime,
  deviceId: DeviceId,
  kind: EscrowKind,
  secret: string,
  { reason, command }: EscrowCause,
  proven: boolean,
): Promise<number> {
  const id = await nextId(tx, "escrowed_secrets");
  const secretSealed = await runtime.keys.seal(secret, escrowContext(id));
  await insertEscrowed(
    tx,
    { id, deviceId, kind, secretSealed, proven, reason, commandUuid: command?.uuid ?? null },
    runtime.clock.now(),
  );
  return id;
}

/** Stores a secret that the device is known to have; those before it stay in the records, marked as ended. */
export async function escrow(
  tx: Tx,
  runtime: Runtime,
  by: By,
  owner: EscrowOwner,
  kind: LiveKind,
  secret: string,
  cause: EscrowCause,
): Promise<void> {
  const id = await add(tx, runtime, owner.deviceId, kind, secret, cause, true);
  const had = await endEscrowed(tx, owner.deviceId, kind, runtime.clock.now(), id);
  await recordSecret(tx, runtime, by, owner, kind, had ? "updated" : "set", cause);
}

/**
 * Stores a secret of which it is not known whether the device has it; returns its id. It ends nothing, is not shown as
 * the current one, and has no event before it is proven.
 */
export async function escrowUnproven(
  tx: Tx,
  runtime: Runtime,
  owner: EscrowOwner,
  kind: EscrowKind,
  secret: string,
  cause: EscrowCause,
): Promise<number> {
  return await add(tx, runtime, owner.deviceId, kind, secret, cause, false);
}

/** Marks a secret as the one that the device has; all others of its kind end. */
export async function proveEscrowed(
  tx: Tx,
  runtime: Runtime,
  by: By,
  owner: EscrowOwner,
  { id, kind }: { id: number; kind: LiveKind },
  cause: EscrowCause,
): Promise<void> {
  await setProven(tx, id);
  const had = await endEscrowed(tx, owner.deviceId, kind, runtime.clock.now(), id);
  await recordSecret(tx, runtime, by, owner, kind, had ? "updated" : "set", cause);
}

/** Ends the secrets of a kind: the device no longer asks for any. Without a proven one there is no event. */
export async function endEscrow(
  tx: Tx,
  runtime: Runtime,
  by: By,
  owner: EscrowOwner,
  kind: LiveKind,
  cause?: EscrowCause,
): Promise<void> {
  if (!await endEscrowed(tx, owner.deviceId, kind, runtime.clock.now())) return;
  await recordSecret(tx, runtime, by, owner, kind, "cleared", cause);
}

/** Ends one secret that the device was never known to have. Nothing is recorded: it was not shown. */
export const endEscrowedById = (tx: Tx, runtime: Runtime, owner: EscrowOwner, id: number) =>
  endOneEscrowed(tx, owner.deviceId, id, runtime.clock.now());

/** Ends those secrets of a kind that have not ended, except one. Nothing is recorded: none of them is shown. */
export const endOthers = (tx: Tx, runtime: Runtime, owner: EscrowOwner, kind: EscrowKind, except: number | null) =>
  endEscrowed(tx, owner.deviceId, kind, runtime.clock.now(), except);

/** Returns an opened secret. */
export const opened = async (
  runtime: Pick<Runtime, "keys">,
  { secretSealed, ...row }: SealedRow,
): Promise<Escrowed> => ({
  ...row,
  secret: await runtime.keys.openText(secretSealed, escrowContext(row.id)),
});

/**
 * Returns the secrets of a kind that the device may have, the latest first: the proven one, and those that were sent
 * since. Only for the server's own use: nothing is recorded.
 */
export async function openCandidates(
  db: Db,
  runtime: Pick<Runtime, "keys">,
  deviceId: DeviceId,
  kind: EscrowKind,
): Promise<Escrowed[]> {
  return await Promise.all((await findOpenEscrowed(db, deviceId, kind)).map((row) => opened(runtime, row)));
}

/** Returns the secret that the device is known to have, for the server's own use. */
export async function openCurrent(
  db: Db,
  runtime: Pick<Runtime, "keys">,
  deviceId: DeviceId,
  kind: EscrowKind,
): Promise<Escrowed | undefined> {
  const row = (await findOpenEscrowed(db, deviceId, kind)).find(({ proven }) => proven);
  return row === undefined ? undefined : await opened(runtime, row);
}

/** Records an event about a secret, which never contains it. */
export const recordSecret = (
  tx: Tx,
  runtime: Runtime,
  by: By,
  owner: EscrowOwner,
  kind: LiveKind,
  what: keyof EscrowEvents,
  cause?: EscrowCause,
) =>
  recordEvents(tx, runtime, by, [{
    type: ESCROW_KINDS[kind].events[what],
    serialNumber: owner.serialNumber,
    objects: { device: [owner.deviceId] },
    payload: {
      ...ESCROW_KINDS[kind].payload,
      ...(cause === undefined ? {} : { reason: cause.reason }),
      ...(cause?.command === undefined
        ? {}
        : { command: { request_type: cause.command.requestType, uuid: cause.command.uuid } }),
    },
  }]);
