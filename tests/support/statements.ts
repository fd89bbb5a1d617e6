/**
 * A pool or a transaction that tells of its statements.
 *
 * @module
 */

const isStatement = ([first]: unknown[]) => Array.isArray(first) && "raw" in first;

/** `target`, a pool or a transaction, with `seen` called before each statement, those of its transactions too. */
export function watched<T extends object>(target: T, seen: () => void): T {
  return new Proxy(target, {
    apply(call, self, given: unknown[]) {
      if (isStatement(given)) seen();
      return Reflect.apply(call as unknown as (...rest: unknown[]) => unknown, self, given);
    },
    get(of, key) {
      const value: unknown = Reflect.get(of, key);
      if (key !== "begin" && key !== "savepoint" && key !== "unsafe") return value;
      return (...given: unknown[]) => {
        if (key === "unsafe") seen();
        const work = given.pop();
        const inner = typeof work === "function" ? (tx: object) => work(watched(tx, seen)) : work;
        return Reflect.apply(value as (...rest: unknown[]) => unknown, of, [...given, inner]);
      };
    },
  });
}
