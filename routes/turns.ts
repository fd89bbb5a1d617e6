/**
 * The requests of one connection, one at a time.
 *
 * The runtime starts every request in the received bytes, and keeps each answer until the client reads it. The attack:
 * one packet has thousands of requests for a large page, and no answer is read; forty connections cost gigabytes of
 * memory and all of the processor.
 *
 * @module
 */

/** Requests of a connection that may wait for the one before. Browsers and devices send none ahead. */
const MOST_WAITING = 8;

/** Whose turn it is, by connection. */
export class Turns {
  readonly #waiting = new WeakMap<object, (() => void)[]>();

  /**
   * Begins a request, at once or when those before it are answered and their answers are on their way. Returns false, and
   * never begins it, when too many wait already.
   */
  take(connection: object, request: () => void): boolean {
    const waiting = this.#waiting.get(connection);
    if (waiting === undefined) {
      this.#waiting.set(connection, []);
      request();
      return true;
    }
    if (waiting.length >= MOST_WAITING) return false;
    waiting.push(request);
    return true;
  }

  /** The connection's request is over: the next one begins. */
  end(connection: object): void {
    const next = this.#waiting.get(connection)?.shift();
    if (next === undefined) this.#waiting.delete(connection);
    else next();
  }
}
