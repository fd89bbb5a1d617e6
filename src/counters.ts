/**
 * Counters of this process since its start, for monitoring.
 *
 * @module
 */

/** The counters, with the description of each metric. */
export const COUNTED = {
  connections_refused: "Connections that were refused because the limit was reached.",
  connections_evicted: "Idle connections that were closed to make room.",
  bodies_refused: "Requests that were refused because their body did not fit in memory.",
  requests_crowded: "Requests through a proxy that were refused because their client had too many in flight.",
  uncaught_errors: "Errors that reached the top of the process.",
} as const;

/** The name of a counter. */
export type Counted = keyof typeof COUNTED;

/** The counts of a process. */
export class Counters {
  readonly #counts = new Map<Counted, number>();
  /** Counts one more. */
  count(name: Counted): void {
    this.#counts.set(name, this.of(name) + 1);
  }
  /** How often it happened. */
  of(name: Counted): number {
    return this.#counts.get(name) ?? 0;
  }
}
