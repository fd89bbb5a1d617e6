/**
 * The connection to PostgreSQL.
 *
 * Rows come with camelCase names; `timestamptz` as Date, `bigint` as number (ids and counters stay below 2^53), `bytea`
 * as bytes, `jsonb` untouched.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import postgres from "postgres";
import { connectOnce, type Place } from "./connect_once.ts";
import { type Connect, DatabaseUnavailable, supervisedPool } from "./supervised_pool.ts";

/** A pool of connections. */
export type Sql = postgres.Sql;

/** One transaction. */
export type Tx = postgres.TransactionSql;

/** Where a statement may run: a pool or a transaction. */
export type Db = postgres.ISql;

/** A statement that runs when it is awaited, or with the commit of the transaction whose work returns it. */
export type Statement<Row extends object = postgres.Row> = postgres.PendingQuery<Row[]>;

/** The values that `json` accepts: any JSON. */
export type Json = null | string | number | boolean | readonly Json[] | { readonly [key: string]: Json | undefined };

/** How a pool is opened. Times are in seconds. */
export type DatabaseOptions = {
  /** Connections at most; 10 by default. */
  max?: number;
  /** Whether statements are prepared; false behind a transaction pooler, which then has the session settings too. */
  prepare?: boolean;
  name?: string;
  /** After so long without use a connection is closed. */
  idleTimeout?: number;
  /** How long a statement waits for a free connection; 30 by default. */
  wait?: number;
  /** The longest that a statement may run, wait for a lock, and a transaction may do nothing; none by default. */
  statementTimeout?: number;
  lockTimeout?: number;
  idleInTransactionTimeout?: number;
};

/** The session settings that the queries rely on, whatever the database's own settings are. */
const SESSION = { jit: "off", TimeZone: "UTC" } as const;

/** Returns a pool on the database at `url`. */
export function openDatabase(url: string, options: DatabaseOptions = {}): Sql {
  const milliseconds = (seconds: number | undefined) => seconds === undefined ? undefined : String(seconds * 1000);
  const session = options.prepare === false ? {} : Object.fromEntries(
    Object.entries({
      ...SESSION,
      statement_timeout: milliseconds(options.statementTimeout),
      lock_timeout: milliseconds(options.lockTimeout),
      idle_in_transaction_session_timeout: milliseconds(options.idleInTransactionTimeout),
    }).filter(([, value]) => value !== undefined),
  );
  const maker = postgres(url, {
    max: 1,
    prepare: options.prepare ?? true,
    // The pool's own: a lifetime would end a connection in the middle of a transaction.
    idle_timeout: 0,
    max_lifetime: null,
    connect_timeout: 10,
    onnotice: () => {},
    transform: { column: { from: postgres.toCamel, to: postgres.fromCamel } },
    types: {
      bigint: { to: 20, from: [20], parse: (text: string) => Number(text), serialize: String },
      // Texts are the database's to refuse. The driver's own serializers throw, which it takes for another statement's error
      // when the statement is sent behind one (see `isPlain` of the pool).
      date: {
        to: 1184,
        from: [1082, 1114, 1184],
        parse: (text: string) => new Date(text),
        serialize: (value: unknown) => value instanceof Date ? value.toISOString() : String(value),
      },
      bytea: {
        to: 17,
        from: [17],
        parse: (text: string) => Buffer.from(text.slice(2), "hex"),
        serialize: (value: unknown) =>
          value instanceof Uint8Array ? `\\x${Buffer.from(value).toString("hex")}` : String(value),
      },
    },
    connection: { application_name: options.name ?? "espalier", ...session },
  });
  // Parsed options are shared: the array types that the first connection reads from the database are shared by all.
  const { shared } = maker.options as unknown as { shared: { typeArrayMap: object } };
  const connect = (closed: (cause?: unknown) => void) =>
    postgres({
      ...maker.options,
      // A connection is opened once; the driver's attempts to reconnect fail, and need not be awaited.
      backoff: 0,
      fetch_types: Object.keys(shared.typeArrayMap).length === 0,
      onclose: () => closed(),
      socket: connectOnce(maker.options as unknown as Place, closed),
    } as unknown as string);
  swallowErrorsOfDeadConnections();
  return supervisedPool(maker as unknown as postgres.Sql, connect as unknown as Connect, {
    max: options.max ?? 10,
    waitMs: (options.wait ?? 30) * 1000,
    idleMs: options.idleTimeout === undefined ? undefined : options.idleTimeout * 1000,
  }) as unknown as Sql;
}

let swallowing = false;

/**
 * The driver writes in a timer of its own, and asks for types on a connection that it opens; when the connection closed in
 * between, the error has no caller. Its client is discarded already, so nothing is left to do
 * (https://github.com/porsager/postgres/issues/1208).
 */
function swallowErrorsOfDeadConnections(): void {
  if (swallowing) return;
  swallowing = true;
  const isOne = (error: unknown) => {
    if (!(error instanceof Error)) return false;
    const [stack, query]: unknown[] = [error.stack, "query" in error ? error.query : undefined];
    return (typeof stack === "string" && stack.includes("/postgres/") && stack.includes("nextWrite")) ||
      (typeof query === "string" && query.includes("b.typarray"));
  };
  addEventListener("error", (event) => {
    if (isOne(event.error)) event.preventDefault();
  });
  addEventListener("unhandledrejection", (event) => {
    if (isOne(event.reason)) event.preventDefault();
  });
}

/** Errors of the driver and the system that say that the database is not there, by their codes. */
const UNAVAILABLE = new Set([
  ...["CONNECT_TIMEOUT", "CONNECTION_CLOSED", "CONNECTION_DESTROYED", "CONNECTION_ENDED"],
  ...["ECONNREFUSED", "ECONNRESET", "EPIPE", "ENOTFOUND", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EAI_AGAIN"],
  // A deadlock that another won, and a transaction that met another.
  ...["40P01", "40001"],
  // Statement and lock timeouts, an ended backend, a server that starts or stops, too many connections, a full disk, a
  // server that only reads.
  ...["57014", "55P03", "57P01", "57P02", "57P03", "57P05", "25P03", "53300", "53100", "53200", "25006"],
]);

/** Whether an error means that the database is unavailable now, so that a retry may succeed later. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof DatabaseUnavailable) return true;
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return false;
  return UNAVAILABLE.has(error.code) || error.code.startsWith("08");
}

/** Returns a `jsonb` parameter. */
export function json(db: Db, value: Json) {
  return db.json(value as postgres.JSONValue);
}

/** The values of a row that is sent as parameters. */
type Listed = readonly (string | number | boolean | null)[];

/**
 * Returns rows as a list in a `from` clause, with a PostgreSQL type for each column. Each value is a parameter: with arrays,
 * whose length a plan's cost depends on, PostgreSQL plans each time. There is one text for 1, 2, 4, 8 … rows; what is over is
 * null in all columns.
 */
export function listed(db: Db, types: readonly string[], rows: readonly Listed[]) {
  const size = 2 ** Math.ceil(Math.log2(Math.max(rows.length, 1)));
  const missing = Array.from({ length: (size - rows.length) * types.length }, () => null);
  return db(valuesOf(types, size), ...rows.flat(), ...missing);
}

const valueTexts = new Map<string, TemplateStringsArray>();

/** Returns the text of a list, in pieces around the parameters as in a template. */
function valuesOf(types: readonly string[], size: number): TemplateStringsArray {
  const name = `${size} ${types.join(" ")}`;
  let text = valueTexts.get(name);
  if (text === undefined) {
    const rows = Array.from({ length: size }, () => `(${types.map((type) => `?::${type}`).join(", ")})`);
    const pieces = `(values ${rows.join(", ")})`.split("?");
    valueTexts.set(name, text = Object.assign(pieces, { raw: pieces }));
  }
  return text;
}

/** Returns the one row of a statement that always has one. */
export function one<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined || rows.length !== 1) {
    throw new Error(`Cannot read one row: the statement gave ${rows.length}`);
  }
  return row;
}

/**
 * Whether PostgreSQL refused a value: a data exception (SQLSTATE class 22), a constraint (23), or a size beyond its
 * limits (54).
 */
export function isRefusedValue(error: unknown): boolean {
  return error instanceof postgres.PostgresError && /^(?:22|23|54)/.test(error.code);
}

/** Whether an error is a unique violation (SQLSTATE 23505) of the constraint or index `name`. */
export function isUniqueViolation(error: unknown, name?: string): boolean {
  return error instanceof postgres.PostgresError && error.code === "23505" &&
    (name === undefined || error.constraint_name === name);
}

/**
 * Whether an error means that another row still references the row: SQLSTATE 23503, or 23001 for `on delete restrict`
 * since PostgreSQL 18.
 */
export function isForeignKeyViolation(error: unknown): boolean {
  return error instanceof postgres.PostgresError && (error.code === "23503" || error.code === "23001");
}
