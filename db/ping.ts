/**
 * Whether the database answers.
 *
 * @module
 */

import type { Db } from "./open.ts";

/** Resolves when the database answers, throws when it does not. */
export async function pingDatabase(db: Db): Promise<void> {
  await db`select 1`;
}
