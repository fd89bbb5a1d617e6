/**
 * Revealing an escrowed secret to a person: each time with an event, and with what follows from it.
 *
 * @module
 */

import { findEscrowedById, findOpenEscrowed } from "../../db/devices/escrowed_secrets.ts";
import { lockChannelsOfDevice } from "../../db/work/channels.ts";
import type { By } from "../events/by.ts";
import type { Runtime } from "../runtime.ts";
import { AFTER_REVEAL } from "./after_reveal.ts";
import { type EscrowOwner, opened, recordSecret } from "./escrow.ts";
import type { LiveKind } from "./kinds.ts";

/** A revealed secret. */
export type Revealed = {
  id: number;
  secret: string;
  createdAt: Date;
  endedAt: Date | null;
  /** When the device is told to replace it; null if it is not. */
  replacedAt: Date | null;
};

/**
 * Returns the current secret, or the one with an id, whatever became of it; null if there is none. An event records who
 * saw it; without a secret there is no event. The current one is replaced after the delay of its settings.
 */
export async function revealEscrowed(
  runtime: Runtime,
  by: By,
  owner: EscrowOwner,
  kind: LiveKind,
  which: { id?: number } = {},
): Promise<Revealed | null> {
  return await runtime.sql.begin(async (tx) => {
    // Before the secret and the queue, as a conversation locks them.
    await lockChannelsOfDevice(tx, owner.deviceId);
    const row = which.id === undefined
      ? (await findOpenEscrowed(tx, owner.deviceId, kind)).find(({ proven }) => proven)
      : await findEscrowedById(tx, owner.deviceId, which.id);
    if (row === undefined || row.kind !== kind) return null;
    await recordSecret(tx, runtime, by, owner, kind, "viewed");
    const { id, secret, createdAt, endedAt } = await opened(runtime, row);
    const current = endedAt === null && row.proven;
    const replacedAt = current ? await AFTER_REVEAL[kind]?.(tx, runtime, owner) ?? null : null;
    return { id, secret, createdAt, endedAt, replacedAt };
  });
}
