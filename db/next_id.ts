/**
 * The ids of a table: sealed values are bound to them, so that they are known before a row is written.
 *
 * @module
 */

import { type Db, one } from "./open.ts";

/** Returns the next id of a table, for rows whose sealed values are bound to it. */
export async function nextId(db: Db, table: string): Promise<number> {
  const row = one(await db<{ id: number }[]>`select nextval(pg_get_serial_sequence(${table}, 'id'))::int as id`);
  return row.id;
}
