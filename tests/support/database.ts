/**
 * A database of its own for a test.
 *
 * The tests of an isolate take turns in one, whose rows and sequences are the template's again after each: to copy a
 * database takes longer than many a test, and each new connection learns its tables and statements first. A test that
 * changes more than rows, or loses connections, takes a copy of its own.
 *
 * @module
 */

import { openDatabase, type Sql } from "../../db/open.ts";
import { RowsOfTemplate } from "./rows_of_template.ts";

const cluster = Deno.env.get("ESPALIER_TEST_DATABASE");
/** One connection for all tests of an isolate: to open one takes half as long as to copy a database. */
const admin = cluster === undefined ? undefined : openDatabase(cluster, { max: 1 });
/** Connections of a test's pool, and their name. */
const CONNECTIONS = 6;
const NAME = "espalier-test";
/** The name of the connection that takes rows back. */
const KEEPER = "espalier-keeper";

/** The database that tests take turns in; undefined where the last one spoiled it. */
let shared: Shared | undefined;
let taken = false;
const spoiled: Shared[] = [];

// What is opened in a test counts as left open by it.
const open = async () => {
  if (admin === undefined) return;
  await admin.unsafe("select 1");
  shared ??= await openShared();
};
Deno.test.beforeAll(open);
Deno.test.beforeEach(open);
Deno.test.afterAll(async () => {
  for (const { copy, keeper } of shared === undefined ? spoiled : [...spoiled, shared]) {
    await keeper.end({ timeout: 5 });
    await copy[Symbol.asyncDispose]();
  }
  await admin?.end({ timeout: 5 });
});

/** Address of the run's cluster with another database. */
function address(database: string): string {
  const url = new URL(cluster ?? missing());
  url.pathname = `/${database}`;
  return url.href;
}

function missing(): never {
  throw new Error("Cannot run a database test by itself: use `deno task test FILE`");
}

const template = (): string => Deno.env.get("ESPALIER_TEST_TEMPLATE") ?? missing();

/** Runs `body` with a database as it is after all migrations. */
export async function withDatabase<T>(body: (sql: Sql, url: string) => Promise<T>): Promise<T> {
  const mine = shared;
  if (mine === undefined || taken) return await withDatabaseCopy(body);
  taken = true;
  // What the server remembers of a database, it remembers by its pool.
  const sql = new Proxy(mine.copy.sql, {});
  try {
    return await body(sql, mine.copy.url);
  } finally {
    await leave(mine);
    taken = false;
  }
}

/** Runs `body` with a copy of a database, of the migrated one unless another is named: for tests that change more than rows. */
export async function withDatabaseCopy<T>(
  body: (sql: Sql, url: string) => Promise<T>,
  of: string = template(),
): Promise<T> {
  await using copy = await copyDatabase(of);
  return await body(copy.sql, copy.url);
}

/** A copy of a database, which is dropped when it is disposed of. */
export type DatabaseCopy = AsyncDisposable & { sql: Sql; url: string };

/** Copies a database. */
export async function copyDatabase(of: string): Promise<DatabaseCopy> {
  const name = `espalier_test_${crypto.randomUUID().replaceAll("-", "")}`;
  await administer(`create database ${name} template ${of} strategy file_copy`);
  const sql = openDatabase(address(name), { max: CONNECTIONS, name: NAME });
  return {
    sql,
    url: address(name),
    async [Symbol.asyncDispose]() {
      await sql.end({ timeout: 5 });
      await dropDatabase(name);
    },
  };
}

/** A database that tests take turns in. */
type Shared = { copy: DatabaseCopy; keeper: Sql; rows: RowsOfTemplate };

async function openShared(): Promise<Shared> {
  const copy = await copyDatabase(template());
  await Promise.all(Array.from({ length: CONNECTIONS }, () => copy.sql`select pg_sleep(0.01)`));
  const keeper = openDatabase(copy.url, { max: 1, name: KEEPER });
  await keeper`select 1`;
  return { copy, keeper, rows: await RowsOfTemplate.read(copy.sql, keeper) };
}

/** Makes a database ready for the next test. Throws when this one has done more to it than to change rows. */
async function leave({ copy: { sql }, rows }: Shared): Promise<void> {
  if (await quiet(sql) === CONNECTIONS && await rows.restore()) return;
  if (shared !== undefined) spoiled.push(shared);
  shared = undefined;
  throw new Error("The test changed more than rows, or lost a connection: it should use `withDatabaseCopy`");
}

/**
 * Waits for what a test has left running, and ends connections that it opened itself and did not close. Returns how many
 * connections the pool has.
 */
async function quiet(sql: Sql): Promise<number> {
  for (let waited = 0; waited < 5000; waited += 5) {
    const all = await sql<{ pid: number; own: boolean; idle: boolean }[]>`
      select pid, application_name = ${NAME} as own, state = 'idle' or pid = pg_backend_pid() as idle
      from pg_stat_activity where datname = current_database() and application_name <> ${KEEPER}`;
    const others = all.filter(({ own }) => !own).map(({ pid }) => pid);
    if (others.length === 0 && all.every(({ idle }) => idle)) return all.length;
    await sql`select pg_terminate_backend(pid, 5000) from unnest(${others}::int[]) pid`;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("The test has left a statement running that does not end");
}

/**
 * Creates a database that is filled once, for tests that copy it with {@link withDatabaseCopy}. Returns its name. Drop it
 * afterwards.
 */
export async function makeTemplate(fill: (sql: Sql, url: string) => Promise<void>, max = 1): Promise<string> {
  const name = `espalier_test_${crypto.randomUUID().replaceAll("-", "")}`;
  await administer(`create database ${name} template ${template()}`);
  const sql = openDatabase(address(name), { max });
  try {
    await fill(sql, address(name));
  } finally {
    await sql.end({ timeout: 5 });
  }
  return name;
}

/** Drops a database that {@link makeTemplate} made. */
export const dropDatabase = (name: string): Promise<void> => administer(`drop database if exists ${name} with (force)`);

async function administer(statement: string): Promise<void> {
  await (admin ?? missing()).unsafe(statement);
}
