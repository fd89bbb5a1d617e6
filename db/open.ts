/**
 * The connection to PostgreSQL.
 *
 * Rows come with camelCase names; `timestamptz` as Date, `bigint` as number (ids and counters stay below 2^53), `bytea`
 * as bytes, `jsonb` untouched.
 *
 * @module
 */

import postgres from "postgres";

/** A pool of connections. */
export type Sql = postgres.Sql;

/** One transaction. */
export type Tx = postgres.TransactionSql;

/** Where a statement may run: a pool or a transaction. */
export type Db = postgres.ISql;

/** What `json` accepts: anything JSON can say. */
export type Json = null | string | number | boolean | readonly Json[] | { readonly [key: string]: Json | undefined };

/** A pool on the database at `url`. */
export function openDatabase(
  url: string,
  options: { max?: number; prepare?: boolean; name?: string; idleTimeout?: number } = {},
): Sql {
  return postgres(url, {
    max: options.max ?? 10,
    prepare: options.prepare ?? true,
    ...(options.idleTimeout === undefined ? {} : { idle_timeout: options.idleTimeout }),
    onnotice: () => {},
    transform: { column: { from: postgres.toCamel, to: postgres.fromCamel } },
    types: { bigint: { to: 20, from: [20], parse: (text: string) => Number(text), serialize: String } },
    connection: { application_name: options.name ?? "espalier" },
  }) as unknown as Sql;
}

/** A `jsonb` parameter. */
export function json(db: Db, value: Json) {
  return db.json(value as postgres.JSONValue);
}

/** The one row of a statement that always has one. */
export function one<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined || rows.length !== 1) {
    throw new Error(`Cannot read one row: the statement gave ${rows.length}`);
  }
  return row;
}

/** Whether an error is a unique violation (SQLSTATE 23505) of the constraint or index `name`. */
export function isUniqueViolation(error: unknown, name?: string): boolean {
  return error instanceof postgres.PostgresError && error.code === "23505" &&
    (name === undefined || error.constraint_name === name);
}

/**
 * Whether an error says that the row is still named by another: SQLSTATE 23503, or 23001 for `on delete restrict` since
 * PostgreSQL 18.
 */
export function isForeignKeyViolation(error: unknown): boolean {
  return error instanceof postgres.PostgresError && (error.code === "23503" || error.code === "23001");
}
