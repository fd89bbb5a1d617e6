/**
 * Brings a database to the schema in `db/migrations/`: forward only, each file in its own transaction, under a lock, so
 * that any number of processes may start at once.
 *
 * @module
 */

import { encodeHex } from "@std/encoding";
import type { Sql } from "./open.ts";

const FOLDER = new URL("./migrations/", import.meta.url);
/** Any constant; all processes of all versions use the same. */
const LOCK = 7_236_501;

/** A database that is not what the migrations say, e.g. one of a newer version. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
}

async function files(): Promise<{ name: string; text: string; hash: string }[]> {
  const found = [];
  for await (const entry of Deno.readDir(FOLDER)) {
    if (!/^\d{4}_[a-z0-9_]+\.sql$/.test(entry.name)) continue;
    const text = await Deno.readTextFile(new URL(entry.name, FOLDER));
    const hash = encodeHex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
    found.push({ name: entry.name, text, hash });
  }
  return found.sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Applies what is missing. Answers the names of the files it applied. */
export async function migrate(sql: Sql): Promise<string[]> {
  const applied: string[] = [];
  const all = await files();
  for (const file of all) {
    await sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(${LOCK})`;
      await tx`create table if not exists migrations (
        name text primary key, hash text not null, applied_at timestamptz not null default now()
      )`;
      const [known] = await tx<{ hash: string }[]>`select hash from migrations where name = ${file.name}`;
      if (known !== undefined) {
        if (known.hash === file.hash) return;
        throw new MigrationError(
          `Cannot use this database: the migration ${file.name} was changed after it was applied`,
        );
      }
      await tx.unsafe(file.text);
      await tx`insert into migrations (name, hash) values (${file.name}, ${file.hash})`;
      applied.push(file.name);
    });
  }
  const names = all.map(({ name }) => name);
  const [newer] = await sql<{ name: string }[]>`
    select name from migrations where not name = any(${names}) order by name limit 1`;
  if (newer !== undefined) {
    throw new MigrationError(`Cannot use this database: it has the migration ${newer.name}, this version does not`);
  }
  return applied;
}
