/**
 * Brings a database to the schema in `db/migrations/`: forward only, under a lock, so that any number of processes may start at
 * once while processes of the version before go on serving.
 *
 * Each file is applied whole or not at all, in a transaction that never holds up the others for long (`short_locks.ts`). A file
 * that builds indexes concurrently cannot be in a transaction: its statements are run one by one, and all of them again when
 * one failed. What a migration may do is in `docs/operations.md`.
 *
 * @module
 */

import { encodeHex } from "@std/encoding";
import { one, type Sql, type Tx } from "./open.ts";
import { LOCK_MS, withShortLocks } from "./short_locks.ts";

const FOLDER = new URL("./migrations/", import.meta.url);
/** Any constant; all processes of all versions use the same. */
const LOCK = 7_236_501;
/** How often a process looks whether another is done. */
const LOOK_MS = 500;

/** A database that is not what the migrations say, e.g. one of a newer version. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
}

/** Why a migration waits. */
export type Waiting = { migration: string; reason: "another process is applying it" | "its tables are in use" };

/** How to migrate; everything has a default. Times are in milliseconds. */
export type MigrateOptions = {
  folder?: URL;
  /** How long others may be held up by a migration that waits for a table. */
  lockMs?: number;
  pause?(milliseconds: number): Promise<void>;
  /** Called when a wait begins. */
  onWait?(waiting: Waiting): void;
};

type File = { name: string; text: string; hash: string };

async function files(folder: URL): Promise<File[]> {
  const found = [];
  for await (const entry of Deno.readDir(folder)) {
    if (!/^\d{4}_[a-z0-9_]+\.sql$/.test(entry.name)) continue;
    const text = await Deno.readTextFile(new URL(entry.name, folder));
    const hash = encodeHex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
    found.push({ name: entry.name, text, hash });
  }
  return found.sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** What was applied, by name. Throws MigrationError for what this version does not know, or knows otherwise. */
async function appliedOf(sql: Sql, all: readonly File[]): Promise<Set<string>> {
  const { there } = one(await sql<{ there: boolean }[]>`select to_regclass('migrations') is not null as there`);
  if (!there) return new Set();
  const rows = await sql<{ name: string; hash: string }[]>`select name, hash from migrations order by name`;
  for (const { name, hash } of rows) {
    const file = all.find((file) => file.name === name);
    if (file === undefined) {
      throw new MigrationError(`Cannot use this database: it has the migration ${name}, this version does not`);
    }
    if (file.hash !== hash) {
      throw new MigrationError(`Cannot use this database: the migration ${name} was changed after it was applied`);
    }
  }
  return new Set(rows.map(({ name }) => name));
}

/** The statements of a file that cannot be run in a transaction; undefined for every other. */
export function statementsAlone(text: string): string[] | undefined {
  const plain = text.replace(/--.*$/gm, "");
  if (!/\bindex\s+concurrently\b/i.test(plain)) return undefined;
  return plain.split(";").map((statement) => statement.trim()).filter((statement) => statement !== "");
}

/** What a statement locks, the strongest lock first. */
const LOCKS: readonly (readonly [mode: string, statement: RegExp])[] = [
  ["access exclusive", /\balter\s+table\s+(?:only\s+)?(\w+)/gi],
  ["share row exclusive", /\breferences\s+(\w+)/gi],
  // Nothing but `create index`, unique or not, says where an index is.
  ["share", /\bindex\s+\w+\s+on\s+(\w+)/gi],
];

/**
 * Takes the locks of a file before its work, within `lockMs` in all. Waited for later, with others already held, they would be
 * half of a deadlock with a device's message, and the other half is what PostgreSQL ends.
 */
async function takeLocks(tx: Tx, text: string, lockMs: number): Promise<void> {
  const plain = text.replace(/--.*$/gm, "");
  const modes = new Map<string, string>();
  for (const [mode, statement] of LOCKS) {
    for (const [, table = ""] of plain.matchAll(statement)) if (!modes.has(table)) modes.set(table, mode);
  }
  const there = await tx<{ name: string }[]>`
    select name from unnest(${[...modes.keys()]}::text[]) name where to_regclass(name) is not null`;
  const each = Math.max(1, Math.floor(lockMs / Math.max(1, there.length)));
  await tx`select set_config('lock_timeout', ${`${each}ms`}, true)`;
  for (const { name } of there) await tx.unsafe(`lock table ${name} in ${modes.get(name)} mode`);
  await tx`select set_config('lock_timeout', ${`${lockMs}ms`}, true)`;
}

/**
 * Applies what is missing. Answers the names of the files it applied. The pool has two connections or more: one holds the lock
 * while the other builds an index.
 */
export async function migrate(sql: Sql, options: MigrateOptions = {}): Promise<string[]> {
  const {
    folder = FOLDER,
    lockMs = LOCK_MS,
    pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    onWait = () => {},
  } = options;
  const applied: string[] = [];
  const all = await files(folder);
  const known = await appliedOf(sql, all);

  const run = async (tx: Tx, file: File) => {
    const alone = statementsAlone(file.text);
    if (alone !== undefined) {
      // The last statement with parameters keeps its snapshot while the transaction lasts, and the index would wait for it;
      // a statement of the simple protocol ends that.
      await tx.unsafe("select 1");
      // Building an index without a transaction holds nobody up, and may wait for long.
      for (const statement of alone) await sql.unsafe(statement);
      return;
    }
    await withShortLocks(tx, {
      lockMs,
      async pause(milliseconds, tries) {
        if (tries === 1) onWait({ migration: file.name, reason: "its tables are in use" });
        await pause(milliseconds);
      },
    }, async (inner) => {
      await takeLocks(inner, file.text, lockMs);
      await inner.unsafe(file.text);
    });
  };
  const apply = (file: File) =>
    sql.begin(async (tx): Promise<"applied" | "known" | "elsewhere"> => {
      // Not waited for in the database: a statement that waits keeps an index from being built. Nor is a transaction that
      // pauses, or watches over an index, a client that was forgotten.
      const { mine } = one(
        await tx<{ mine: boolean }[]>`
          select pg_try_advisory_xact_lock(${LOCK}) as mine,
            set_config('idle_in_transaction_session_timeout', '0', true)`,
      );
      if (!mine) return "elsewhere";
      await tx`create table if not exists migrations (
        name text primary key, hash text not null, applied_at timestamptz not null default now()
      )`;
      const [row] = await tx`select 1 from migrations where name = ${file.name}`;
      if (row !== undefined) return "known";
      await run(tx, file);
      await tx`insert into migrations (name, hash) values (${file.name}, ${file.hash})`;
      return "applied";
    });

  for (const file of all.filter(({ name }) => !known.has(name))) {
    for (let tries = 1;; tries++) {
      const outcome = await apply(file);
      if (outcome === "applied") applied.push(file.name);
      if (outcome !== "elsewhere") break;
      if (tries === 1) onWait({ migration: file.name, reason: "another process is applying it" });
      await pause(LOOK_MS);
    }
  }
  await appliedOf(sql, all);
  return applied;
}
