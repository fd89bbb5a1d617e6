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

/** Runs `body` with a fresh migrated database. */
export async function withDatabase<T>(body: (sql: Sql, url: string) => Promise<T>): Promise<T> {
  const template = Deno.env.get("ESPALIER_TEST_TEMPLATE") ?? missing();
  const name = `espalier_test_${crypto.randomUUID().replaceAll("-", "")}`;
  const admin = openDatabase(Deno.env.get("ESPALIER_TEST_DATABASE") ?? missing(), { max: 1 });
  await admin.unsafe(`create database ${name} template ${template}`);
  const sql = openDatabase(address(name), { max: 6 });
  try {
    return await body(sql, address(name));
  } finally {
    await sql.end({ timeout: 5 });
    await admin.unsafe(`drop database if exists ${name} with (force)`);
    await admin.end({ timeout: 5 });
  }
}
