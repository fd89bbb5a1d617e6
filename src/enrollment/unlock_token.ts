/**
 * The token that clears the passcode of a device.
 *
 * @module
 */

import { findUnlockToken } from "../../db/enrollment/enrollments.ts";
import type { ChannelId } from "../../db/ids.ts";
import type { Db } from "../../db/open.ts";
import type { Runtime } from "../runtime.ts";

/** Returns what the unlock token of an enrollment is sealed for. */
export const unlockContext = (enrollmentId: number) => ({
  table: "enrollments",
  column: "unlock_token_sealed",
  id: enrollmentId,
});

/** Returns the unlock token of the enrollment of a channel; null if the device never sent one. */
export async function unlockTokenOf(
  db: Db,
  { keys }: Pick<Runtime, "keys">,
  channelId: ChannelId,
): Promise<Uint8Array | null> {
  const row = await findUnlockToken(db, channelId);
  return row === undefined ? null : await keys.open(row.sealed, unlockContext(row.enrollmentId));
}
