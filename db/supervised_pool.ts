/**
 * A pool of PostgreSQL connections that survives their loss.
 *
 * Each connection is a client of its own that is never reconnected and has one user at a time: a statement or a
 * transaction. When it closes, it is discarded completely: statements in flight on it are rejected immediately, a
 * transaction's handle refuses every later statement, and a new client takes its place when one is needed. So nothing
 * waits for a dead connection, and no statement of a dead transaction runs in another one.
 *
 * The driver's own pool does all three when a connection closes at the wrong moment
 * (https://github.com/porsager/postgres/issues/1216, 1208, 1168); what is used of it here is the connection, the protocol and
 * the building of statements.
 *
 * @module
 */

import type postgres from "postgres";

/**
 * A statement cannot be run: its connection was lost, or none became free in time. It is unknown whether a commit got
 * through.
 */
export class DatabaseUnavailable extends Error {
  override readonly name: string = "DatabaseUnavailable";
}

/** No connection became free in time. Nothing was begun; another attempt would wait as long. */
export class NoConnectionFree extends DatabaseUnavailable {
  override readonly name = "NoConnectionFree";
}

/** How a pool is. */
export type PoolOptions = {
  /** Connections at most. */
  max: number;
  /** Milliseconds that a statement or a transaction waits for a free connection. */
  waitMs: number;
  /** Milliseconds after which an unused connection is closed; never when undefined. */
  idleMs?: number | undefined;
};

/** The driver's queries, in addition to promises: built when created, run by their handler when awaited. */
type Query = Promise<unknown> & {
  handler(query: Query): void;
  reject(reason: unknown): void;
  cancelled: unknown;
  executed: boolean;
  /**
   * Whether the driver asks for the types of the parameters before it sends them; undefined before it has read the
   * query.
   */
  describeFirst?: unknown;
};

/** The parts of a query: its values and its fragments. */
type Built = Query & { args: readonly unknown[] };

/**
 * Whether building a query cannot fail. The driver takes a query that throws while it is sent behind another one for that other
 * one, and all later answers for the wrong queries (its `execute` rejects the current query and leaves the new one in line).
 */
function isPlain(value: unknown, depth = 0): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (value instanceof Uint8Array) return true;
  if (value instanceof Date) return !Number.isNaN(value.getTime());
  if (depth > 8) return false;
  if (Array.isArray(value)) return value.every((one) => isPlain(one, depth + 1));
  // A fragment. Lists of columns, and values with types of their own, are left to wait.
  if (value instanceof Promise) return (value as Built).args.every((one) => isPlain(one, depth + 1));
  return false;
}

/** Whether a query is on the wire whole. One that is described first is not: its parameters follow, and may be refused here. */
const isWritten = ({ describeFirst }: Query) => describeFirst !== undefined && !describeFirst;

type Driver = postgres.Sql;
type Run = (query: Query) => void;

/** Creates a client of one connection; `closed` is called when it closes or cannot be opened. */
export type Connect = (closed: (cause?: unknown) => void) => Driver;

const LOST = "The connection to the database was lost";

/** A connection. */
class Client {
  lost: DatabaseUnavailable | undefined;
  /** Resolves when the driver has let go of a connection that was discarded. */
  ended: Promise<void> = Promise.resolve();
  /** Tells the transaction that runs on it. One promise for all of them would hold on to each. */
  #tellLoss: (reason: unknown) => void = () => {};
  #driver: Driver;
  #run: Run;
  #waiting: Query[] = [];
  #running = new Set<Query>();
  #idleTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    connect: Connect,
    private readonly gone: (client: Client) => void,
    private readonly use: DatabaseUse,
  ) {
    this.#driver = connect((cause) => this.discard(cause));
    // A query that is created and never awaited is not run; its handler is the one of this connection.
    const { handler } = this.#driver`` as unknown as Query;
    this.#run = handler;
  }

  /**
   * Runs a query after those before it. It is sent without waiting for their answers when all of them are on the wire, so that
   * a transaction's statements share a round trip; none waits in a queue of the driver's own.
   */
  run(query: Query): void {
    if (this.lost !== undefined) return query.reject(this.lost);
    if (this.#running.size > 0 && !(this.isWritten() && isPlain(query))) {
      this.#waiting.push(query);
      return;
    }
    this.use.statements++;
    if (this.#running.size === 0) this.use.roundTrips++;
    this.#running.add(query);
    const next = () => {
      this.#running.delete(query);
      for (const following of this.#waiting.splice(0)) this.run(following);
    };
    query.then(next, next);
    this.#run(query);
  }

  /** Whether everything that runs is on the wire whole, and nothing waits. */
  isWritten(): boolean {
    for (const query of this.#running) if (!isWritten(query)) return false;
    return this.#waiting.length === 0;
  }

  /** Resolves when nothing runs or waits, however it ended. */
  async quiet(): Promise<void> {
    while (this.#running.size > 0 || this.#waiting.length > 0) {
      await Promise.allSettled([...this.#running, ...this.#waiting]);
    }
  }

  /** Discards the connection: statements in flight are rejected, no more are run. */
  discard(cause?: unknown): void {
    if (this.lost !== undefined) return;
    this.rest(false);
    this.lost = new DatabaseUnavailable(LOST, cause === undefined ? {} : { cause });
    for (const query of [...this.#running, ...this.#waiting.splice(0)]) {
      // The driver would run its remaining statements on a reopened connection.
      query.cancelled = true;
      query.reject(this.lost);
    }
    this.#tellLoss(this.lost);
    this.ended = this.#driver.end({ timeout: 0 }).catch(() => {});
    this.gone(this);
  }

  /** Settles as `work` does, or rejects as soon as the connection is lost. */
  async until<T>(work: Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    this.#tellLoss = reject;
    if (this.lost !== undefined) reject(this.lost);
    return await Promise.race([work, promise]);
  }

  /** Ends the connection well. */
  async end(): Promise<void> {
    this.rest(false);
    this.lost ??= new DatabaseUnavailable("The pool was ended");
    await this.#driver.end({ timeout: 1 }).catch(() => {});
  }

  /** Begins or ends a time without use; after so long the connection is closed. */
  rest(begins: boolean, idleMs?: number): void {
    clearTimeout(this.#idleTimer);
    this.#idleTimer = undefined;
    if (!begins || idleMs === undefined) return;
    this.#idleTimer = setTimeout(() => this.discard(), idleMs);
    Deno.unrefTimer(this.#idleTimer);
  }
}

/** The use of the database by a pool since it was opened. Statements that were sent together are one round trip. */
export type DatabaseUse = { roundTrips: number; statements: number };

const USE = Symbol("use");

/** Returns a pool's use of the database so far. */
export const databaseUse = (pool: postgres.Sql): DatabaseUse => ({
  roundTrips: 0,
  statements: 0,
  ...(pool as { [USE]?: DatabaseUse })[USE],
});

/**
 * The option of `begin` with which the first statements are sent together with the begin. If the begin fails, they have run
 * alone: they may only read, lock, or write what is right in any case.
 */
export const TOGETHER = "together";

type Waiter = { take(client: Client): void; fail(reason: unknown): void };

/**
 * Returns the pool. `maker` is a client of the driver that is never connected: it creates queries and parameters.
 * `connect` creates a client with one connection.
 */
export function supervisedPool(
  maker: Driver,
  connect: Connect,
  { max, waitMs, idleMs }: PoolOptions,
): postgres.Sql {
  const idle: Client[] = [];
  const clients = new Set<Client>();
  const ending = new Set<Promise<void>>();
  const waiters: Waiter[] = [];
  let ended = false;

  const use = { roundTrips: 0, statements: 0 };
  const open = () => {
    const client = new Client(connect, (gone) => {
      clients.delete(gone);
      const end = gone.ended.finally(() => ending.delete(end));
      ending.add(end);
      const at = idle.indexOf(gone);
      if (at >= 0) idle.splice(at, 1);
      serveNext();
    }, use);
    clients.add(client);
    return client;
  };
  /** Gives a free place to the one that waits longest. */
  const serveNext = () => {
    if (ended || waiters.length === 0) return;
    const client = idle.pop() ?? (clients.size < max ? open() : undefined);
    if (client === undefined) return;
    client.rest(false);
    waiters.shift()?.take(client);
  };
  const take = (): Promise<Client> => {
    if (ended) return Promise.reject(new DatabaseUnavailable("The pool was ended"));
    const free = waiters.length > 0 ? undefined : idle.pop() ?? (clients.size < max ? open() : undefined);
    if (free !== undefined) {
      free.rest(false);
      return Promise.resolve(free);
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiters.splice(waiters.indexOf(waiter), 1);
        reject(new NoConnectionFree(`No connection to the database became free within ${waitMs} ms`));
      }, waitMs);
      const waiter: Waiter = {
        take(client) {
          clearTimeout(timer);
          resolve(client);
        },
        fail(reason) {
          clearTimeout(timer);
          reject(reason);
        },
      };
      waiters.push(waiter);
    });
  };
  const give = (client: Client) => {
    if (client.lost !== undefined) return;
    idle.push(client);
    client.rest(true, idleMs);
    serveNext();
  };

  const statement: Run = (query) => {
    take().then((client) => {
      client.run(query);
      const done = () => give(client);
      query.then(done, done);
    }, (error) => query.reject(error));
  };

  const transaction = async <T>(
    work: (tx: postgres.TransactionSql) => Promise<T>,
    together: boolean,
  ): Promise<T> => {
    const client = await take();
    try {
      return await client.until(inTransaction(maker, client, work, together));
    } finally {
      give(client);
    }
  };

  const sql = facade(maker, statement);
  return Object.assign(sql, {
    [USE]: use,
    begin: (first: unknown, second?: unknown) =>
      transaction((second ?? first) as (tx: postgres.TransactionSql) => Promise<unknown>, first === TOGETHER),
    async end({ timeout = 5 }: { timeout?: number } = {}) {
      ended = true;
      for (const waiter of waiters.splice(0)) waiter.fail(new DatabaseUnavailable("The pool was ended"));
      const busy = [...clients].filter((client) => !idle.includes(client));
      await Promise.all(idle.splice(0).map((client) => client.end()));
      await settled(
        busy,
        () => clients.size > 0 && busy.some((client) => clients.has(client) && !idle.includes(client)),
        timeout,
      );
      await Promise.all([...clients].map((client) => client.end()));
      clients.clear();
      await Promise.all(ending);
    },
  }) as unknown as postgres.Sql;
}

/** Waits until no client is busy, for at most that many seconds. */
async function settled(busy: readonly Client[], atWork: () => boolean, seconds: number): Promise<void> {
  const until = performance.now() + seconds * 1000;
  while (busy.length > 0 && atWork() && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Returns the driver's functions, with queries that are run by `run`. */
function facade(maker: Driver, run: Run) {
  const own = <Made>(made: Made): Made => {
    // Identifiers and lists of values are no queries.
    if (made instanceof Promise) (made as unknown as Query).handler = run;
    return made;
  };
  type Call = (...args: unknown[]) => unknown;
  const sql: Call = (...args) => own((maker as unknown as Call)(...args));
  const { unsafe, json, array, typed, types, options } = maker as unknown as Record<string, unknown>;
  return Object.assign(sql, {
    unsafe: (...args: unknown[]) => own((unsafe as Call)(...args)),
    json,
    array,
    typed,
    types,
    options,
  });
}

/**
 * Returns the queries that the work of a transaction returns in an array: they run last, in one round trip with the
 * commit.
 */
function lastOf(result: unknown): Query[] {
  return Array.isArray(result) ? result.filter((one) => one instanceof Promise && "executed" in one) as Query[] : [];
}

async function inTransaction<T>(
  maker: Driver,
  client: Client,
  work: (tx: postgres.TransactionSql) => Promise<T>,
  together: boolean,
): Promise<T> {
  let open = true;
  let savepoints = 0;
  /** The first error of a statement in each scope: a scope whose statement failed cannot end well, even when that was caught. */
  const scope = async <R>(
    [begin, commit, rollback]: readonly [string, string, string],
    body: (tx: postgres.TransactionSql) => Promise<R>,
    whole = false,
  ): Promise<R> => {
    let failure: { reason: unknown } | undefined;
    /** Whether the scope has ended: a statement that comes later would run in the one around it. */
    let over = false;
    const run: Run = (query) => {
      query.then(undefined, (reason) => failure ??= { reason });
      client.run(query);
    };
    const control = (text: string, runs: Run = (one) => client.run(one)) => {
      const query = maker.unsafe(text) as unknown as Query;
      query.executed = true;
      runs(query);
      return query;
    };
    const tx = Object.assign(
      facade(maker, (query) => {
        if (!open || over) return query.reject(new DatabaseUnavailable("The transaction is over"));
        run(query);
      }),
      {
        savepoint: (first: unknown, second?: unknown) => {
          const name = `s${savepoints++}`;
          return scope(
            [`savepoint ${name}`, `release savepoint ${name}`, `rollback to ${name}`],
            (second ?? first) as (inner: postgres.TransactionSql) => Promise<unknown>,
          );
        },
      },
    ) as unknown as postgres.TransactionSql;
    const begun = control(begin, run);
    if (whole) {
      // Without a transaction every statement would be committed alone: nothing more is sent.
      begun.then(undefined, (cause) => client.discard(cause));
    }
    if (!whole || !together) await begun;
    let result: R;
    try {
      result = await body(tx);
      const last = lastOf(result);
      for (const query of last) {
        query.executed = true;
        run(query);
      }
      // Errors that the driver raised immediately are known now. Later ones are awaited; an error of the database turns
      // the commit into a rollback.
      // (A statement that was begun and not awaited reaches the connection two turns of the queue later.)
      for (let turn = 0; turn < 4; turn++) await null;
      if (!client.isWritten()) await client.quiet();
      if (failure !== undefined) throw failure.reason;
    } catch (error) {
      over = true;
      if (whole) open = false;
      // A connection whose rollback fails is in no state that anything else may meet.
      if (client.lost === undefined) await control(rollback).catch((cause) => client.discard(cause));
      throw error;
    }
    // Statements that the work left running end before the commit; statements that it starts later would run outside of
    // the transaction.
    over = true;
    if (whole) open = false;
    await control(commit);
    failure satisfies { reason: unknown } | undefined;
    if (failure !== undefined) throw (failure as { reason: unknown }).reason;
    return result;
  };
  return await scope(["begin", "commit", "rollback"], work, true);
}
