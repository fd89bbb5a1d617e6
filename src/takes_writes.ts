/**
 * Whether the database takes writes.
 *
 * @module
 */

import { probeDatabase } from "../db/ping.ts";
import type { Runtime } from "./runtime.ts";

/** Writes a row. Rejects when the database does not answer, is full or only reads. */
export async function takesWrites({ sql }: Pick<Runtime, "sql">): Promise<void> {
  await probeDatabase(sql);
}
