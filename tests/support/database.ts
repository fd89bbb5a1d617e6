/**
 * A database of its own for a test: a copy of the run's migrated template, dropped afterwards.
 *
 * @module
 */

import { openDatabase, type Sql } from "../../db/open.ts";

/** Address of the run's cluster with another database. */
function address(database: string): string {
  const url = new URL(Deno.env.get("ESPALIER_TEST_DATABASE") ?? missing());
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
  const admin = openDatabase(Deno.env.get("ESPALIER_TEST_DATABASE") ?? missing(), { max: 1 });
  try {
    await using copy = await copyDatabase(admin, template);
    return await body(copy.sql, copy.url);
  } finally {
    await admin.end({ timeout: 5 });
  }
}

/** A copy of a database, which is dropped when it is disposed of. */
export type DatabaseCopy = AsyncDisposable & { sql: Sql; url: string };

/** Copies a database; `admin` is any pool of the cluster, and is used again to drop the copy. */
export async function copyDatabase(admin: Sql, template: string): Promise<DatabaseCopy> {
  const name = `espalier_test_${crypto.randomUUID().replaceAll("-", "")}`;
  await admin.unsafe(`create database ${name} template ${template} strategy file_copy`);
  const sql = openDatabase(address(name), { max: 6 });
  return {
    sql,
    url: address(name),
    async [Symbol.asyncDispose]() {
      await sql.end({ timeout: 5 });
      await admin.unsafe(`drop database if exists ${name} with (force)`);
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
  const admin = openDatabase(Deno.env.get("ESPALIER_TEST_DATABASE") ?? missing(), { max: 1 });
  try {
    await admin.unsafe(statement);
  } finally {
    await admin.end({ timeout: 5 });
  }
}
