/**
 * Revealing an escrowed secret to a person: each time with an event, and with what follows from it.
 *
 * @module
 */

import { findEscrowedById, findOpenEscrowed } from "../../db/devices/escrowed_secrets.ts";
import type { Db } from "../../db/open.ts";
import { lockChannelsOfDevice } from "../../db/work/channels.ts";
import type { Authorised } from "../access/operator.ts";
import { passGate } from "../approvals/gate.ts";
import type { Runtime } from "../runtime.ts";
import { replaceAfterReveal } from "./after_reveal.ts";
import { type EscrowOwner, opened, recordSecret } from "./escrow.ts";
import { ESCROW_KINDS, type LiveKind } from "./kinds.ts";

/** A revealed secret. */
export type Revealed = {
  id: number;
  secret: string;
  createdAt: Date;
  endedAt: Date | null;
  /** When the device is to replace it; null if it is not replaced. */
  replacedAt: Date | null;
};

/**
 * Returns the current secret, or the one with an id, whatever became of it; null if there is none. An event records who
 * saw it; without a secret there is no event. Throws what `passGate` throws. The current one is replaced after the delay of its settings.
 */
export async function revealEscrowed(
  runtime: Runtime,
  by: Authorised,
  owner: EscrowOwner,
  kind: LiveKind,
  which: { id?: number } = {},
): Promise<Revealed | null> {
  const find = async (db: Db) => {
    const row = which.id === undefined
      ? (await findOpenEscrowed(db, owner.deviceId, kind)).find(({ proven }) => proven)
      : await findEscrowedById(db, owner.deviceId, which.id);
    return row?.kind === kind ? row : undefined;
  };
  // Nobody is asked about a secret that does not exist.
  if (await find(runtime.sql) === undefined) return null;
  const { permission } = ESCROW_KINDS[kind];
  await passGate(runtime, by, {
    kind: "reveals",
    action: "reveal",
    name: kind,
    permissions: [permission],
    device: owner,
    input: which.id === undefined ? null : { id: which.id },
  });
  return await runtime.sql.begin(async (tx) => {
    // Before the secret and the queue, as a conversation locks them.
    await lockChannelsOfDevice(tx, owner.deviceId);
    const row = await find(tx);
    if (row === undefined) return null;
    await recordSecret(tx, runtime, by, owner, kind, "viewed");
    const { id, secret, createdAt, endedAt } = await opened(runtime, row);
    const current = endedAt === null && row.proven;
    const replacedAt = current ? await replaceAfterReveal(tx, runtime, owner.deviceId, kind) : null;
    return { id, secret, createdAt, endedAt, replacedAt };
  });
}
