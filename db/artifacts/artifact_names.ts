/**
 * The names of artifacts.
 *
 * @module
 */

import type { Db } from "../open.ts";

/** Returns the names of artifacts that are `name`, or `name` with a number in brackets behind it. */
export async function findNamesLike(db: Db, name: string): Promise<string[]> {
  const rows = await db<{ name: string }[]>`
    select name from artifacts where name = ${name} or (starts_with(name, ${`${name} (`}) and name like '%)')`;
  return rows.map((row) => row.name);
}
