/**
 * A database whose connection is lost at a statement of choice.
 *
 * @module
 */

import type { Sql } from "../../db/open.ts";
import { DatabaseUnavailable } from "../../db/supervised_pool.ts";

/**
 * How a statement is lost:
 * - `unsent`: its connection is lost before it is sent; the next statement has a new connection.
 * - `unanswered`: it is run, and its connection is lost before the answer comes.
 * - `over`: as `unsent`, and so is every statement after it, as for a process that ends there.
 * - `frozen`: it is not sent, and nothing says so.
 * - `paused`: it is not lost, but waits until `reached` has ended.
 */
export type Loss = "unsent" | "unanswered" | "over" | "frozen" | "paused";

/** The counted statements: those that are run, and commits. Parts of statements do not count. */
export type LostStatements = { sql: Sql; count(): number };

type Handler = (query: Query) => void;
/** The driver's queries, in addition to promises. */
type Query = Promise<unknown> & {
  handler: Handler;
  resolve(result: unknown): void;
  reject(reason: unknown): void;
};
type Call = (...given: unknown[]) => unknown;
type Work = (tx: object) => Promise<unknown>;

const lost = () => new DatabaseUnavailable("Cannot run a statement: this test ends its connection");

/**
 * Returns `sql`, whose statement number `at` is lost; none is with 0. A transaction that loses a statement is rolled back, as
 * it is when its connection ends. `reached` is called when a statement is frozen or paused.
 */
export function losing(sql: Sql, at: number, how: Loss, reached: () => unknown = () => {}): LostStatements {
  let count = 0;
  /** Counts a statement. Returns whether it is lost. */
  const next = () => {
    count++;
    return at > 0 && (count === at || (how === "over" && count > at));
  };
  /** A connection: a lost one stays lost. The pool's own has none. */
  type Connection = { lost: boolean } | undefined;

  const lose = (query: Query, send: Handler) => {
    if (how === "frozen") return void reached();
    if (how === "paused") return void Promise.resolve(reached()).then(() => send(query));
    if (how !== "unanswered") return query.reject(lost());
    query.resolve = () => query.reject(lost());
    send(query);
  };
  const counted = (made: unknown, connection: Connection) => {
    // Identifiers and lists of values are no queries; a query that is part of another is never handled.
    if (!(made instanceof Promise)) return made;
    const query = made as Query;
    const send = query.handler;
    query.handler = () => {
      if (connection?.lost === true) return query.reject(lost());
      if (!next()) return send(query);
      if (connection !== undefined) connection.lost = how !== "paused";
      lose(query, send);
    };
    return query;
  };
  const transaction = async (begin: Call, work: Work) => {
    const connection = { lost: false };
    const result = await begin(async (tx: object) => {
      const inner = await work(wrapped(tx, connection));
      if (connection.lost) throw lost();
      if (how === "unanswered" || !next()) return inner;
      if (how === "paused") {
        await reached();
        return inner;
      }
      if (how === "frozen") return await new Promise(() => void reached());
      throw lost();
    });
    if (how === "unanswered" && next()) throw lost();
    return result;
  };
  const wrapped = <T extends object>(target: T, connection: Connection): T =>
    new Proxy(target, {
      apply: (call, self, given) => counted(Reflect.apply(call as unknown as Call, self, given), connection),
      get(of, key) {
        const value: unknown = Reflect.get(of, key);
        if (typeof value !== "function") return value;
        const call: Call = (...given) => Reflect.apply(value, of, given);
        if (key === "unsafe") return (...given: unknown[]) => counted(call(...given), connection);
        if (key === "begin") return (...given: unknown[]) => transaction(call, given.at(-1) as Work);
        if (key === "savepoint") {
          return (...given: unknown[]) => call((tx: object) => (given.at(-1) as Work)(wrapped(tx, connection)));
        }
        return value;
      },
    });
  return { sql: wrapped(sql as unknown as object, undefined) as unknown as Sql, count: () => count };
}
