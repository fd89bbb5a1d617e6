/**
 * A database of its own for a test: a copy of the run's migrated template, dropped afterwards.
 *
 * @module
 */

import { openDatabase, type Sql } from "../../db/open.ts";

const cluster = Deno.env.get("ESPALIER_TEST_DATABASE");
/** One connection for all tests of an isolate: to open one takes half as long as to copy a database. */
const admin = cluster === undefined ? undefined : openDatabase(cluster, { max: 1 });
// A test that opened it would be asked why it left it open.
Deno.test.beforeAll(async () => void (await admin?.unsafe("select 1")));
Deno.test.afterAll(async () => await admin?.end({ timeout: 5 }));

/** Address of the run's cluster with another database. */
function address(database: string): string {
  const url = new URL(cluster ?? missing());
  url.pathname = `/${database}`;
  return url.href;
}

function missing(): never {
  throw new Error("Cannot run a database test by itself: use `deno task test FILE`");
}

/** Runs `body` with a fresh copy of a database, of the migrated one unless `template` names another. */
export async function withDatabase<T>(
  body: (sql: Sql, url: string) => Promise<T>,
  template: string = Deno.env.get("ESPALIER_TEST_TEMPLATE") ?? missing(),
): Promise<T> {
  await using copy = await copyDatabase(template);
  return await body(copy.sql, copy.url);
}

/** A copy of a database, which is dropped when it is disposed of. */
export type DatabaseCopy = AsyncDisposable & { sql: Sql; url: string };

/** Copies a database. */
export async function copyDatabase(template: string): Promise<DatabaseCopy> {
  const name = `espalier_test_${crypto.randomUUID().replaceAll("-", "")}`;
  await administer(`create database ${name} template ${template} strategy file_copy`);
  const sql = openDatabase(address(name), { max: 6 });
  return {
    sql,
    url: address(name),
    async [Symbol.asyncDispose]() {
      await sql.end({ timeout: 5 });
      await dropDatabase(name);
    },
  };
}

/**
 * Creates a database that is filled once, for tests that copy it with {@link withDatabase}. Returns its name. Drop it
 * afterwards.
 */
export async function makeTemplate(fill: (sql: Sql, url: string) => Promise<void>, max = 1): Promise<string> {
  const name = `espalier_test_${crypto.randomUUID().replaceAll("-", "")}`;
  await administer(`create database ${name} template ${Deno.env.get("ESPALIER_TEST_TEMPLATE") ?? missing()}`);
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
