/**
 * The ids of tables, as a fuzzing run sets them.
 *
 * @module
 */

import type { Db } from "../open.ts";

/** Sets the next id of a table to `id`. */
export async function continueIds(db: Db, table: string, id: number): Promise<void> {
  await db`select setval(pg_get_serial_sequence(${table}, 'id'), ${id}, false)`;
}
