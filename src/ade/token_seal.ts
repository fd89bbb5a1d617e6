/**
 * The row that a sealed part of a server token belongs to.
 *
 * @module
 */

import type { SealContext } from "../secrets/key_ring.ts";

/** Returns the context of a column of `dep_tokens`. */
export const sealContextOf = (id: number, column: string): SealContext => ({ table: "dep_tokens", column, id });
