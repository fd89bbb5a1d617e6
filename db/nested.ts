/**
 * Transactions within a transaction.
 *
 * @module
 */

import type { Sql, Tx } from "./open.ts";

/** Returns a pool that is really one transaction: a transaction begun in it is a savepoint, and ends with it. */
export function nestedSql(sql: Sql, tx: Tx): Sql {
  return new Proxy(sql, {
    apply: (_target, _self, args) => Reflect.apply(tx, undefined, args),
    get(_target, key) {
      if (key === "begin") return (work: (inner: Tx) => Promise<unknown>) => tx.savepoint(work);
      return Reflect.get(tx, key);
    },
  });
}
