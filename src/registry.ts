/**
 * A list of things of one shape, each found by its name.
 *
 * @module
 */

/** An entry of a list; names are unique. It is filled when its module is loaded, before anything is derived from it. */
export class Registry<T extends { readonly name: string }> implements Iterable<T> {
  readonly #byName = new Map<string, T>();

  constructor(items: Iterable<T>) {
    for (const item of items) this.add(item);
  }

  /** Throws for a name that is taken. */
  add(item: T): void {
    if (this.#byName.has(item.name)) throw new Error(`Cannot list "${item.name}" twice`);
    this.#byName.set(item.name, item);
  }

  /** The item of this name, or undefined. */
  named(name: string): T | undefined {
    return this.#byName.get(name);
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#byName.values();
  }
}
