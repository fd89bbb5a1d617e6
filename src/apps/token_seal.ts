/**
 * The row that a sealed token of a location belongs to.
 *
 * @module
 */

import type { SealContext } from "../secrets/key_ring.ts";

/** Returns the context of a column of `locations`. */
export const sealContextOf = (
  id: number,
  column: "server_token_sealed" | "notification_token_sealed",
): SealContext => ({
  table: "locations",
  column,
  id,
});
