/**
 * The next id of a table, taken before its row is written: sealed values are bound to it.
 *
 * @module
 */

import { type Db, one } from "./open.ts";

/** The next id of a table, for rows whose sealed values are bound to it. */
export async function nextId(db: Db, table: string): Promise<number> {
  const row = one(await db<{ id: number }[]>`select nextval(pg_get_serial_sequence(${table}, 'id'))::int as id`);
  return row.id;
}
