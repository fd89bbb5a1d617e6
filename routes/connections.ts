/**
 * The limits of connections: in total, and per address.
 *
 * At a limit, the connection that has been idle longest is closed, so that idle ones cost nothing and a burst of
 * devices behind one address is served; a new one is refused only when every connection is busy. The attack: one client
 * opens connections until the process has no descriptors left.
 *
 * @module
 */

import type { Counters } from "../src/counters.ts";
import { addressKey } from "../src/rate_limit.ts";

/** The required part of a connection. */
export type Closable = { destroy(): void };

/** The limits; `exempt` selects addresses that count only toward the total, such as those of trusted proxies. */
export type ConnectionLimits = { perAddress: number; total: number; exempt(address: string): boolean };

/** An open connection. */
export type Connection = {
  /** A request begins: while one is served, the connection is not closed to make room. */
  busy(): void;
  /** A request ends. */
  idle(): void;
  /** The connection is closed. */
  closed(): void;
};

type Entry = { socket: Closable; key: string | undefined; group: Group | undefined; requests: number; open: boolean };
type Group = { count: number; idle: Set<Entry> };

/** The open connections of a process. */
export class Connections {
  #count = 0;
  readonly #idle = new Set<Entry>();
  readonly #groups = new Map<string, Group>();

  constructor(private readonly limits: ConnectionLimits, private readonly counters: Counters) {}

  /** Connections that are open. */
  get open(): number {
    return this.#count;
  }

  /** Counts a connection; undefined when there is no room for it. */
  opened(socket: Closable, address: string): Connection | undefined {
    const key = this.limits.exempt(address) ? undefined : addressKey(address);
    const group = key === undefined ? undefined : this.#groups.get(key) ?? { count: 0, idle: new Set<Entry>() };
    const room = (group === undefined || group.count < this.limits.perAddress || this.#evict(group.idle)) &&
      (this.#count < this.limits.total || this.#evict(this.#idle));
    if (!room) {
      this.counters.count("connections_refused");
      return undefined;
    }
    const entry: Entry = { socket, key, group, requests: 0, open: true };
    this.#count++;
    if (group !== undefined && key !== undefined) {
      group.count++;
      this.#groups.set(key, group);
    }
    this.#rest(entry);
    return {
      busy: () => {
        entry.requests++;
        this.#wake(entry);
      },
      idle: () => {
        if (--entry.requests === 0 && entry.open) this.#rest(entry);
      },
      closed: () => this.#forget(entry),
    };
  }

  #rest(entry: Entry): void {
    this.#idle.add(entry);
    entry.group?.idle.add(entry);
  }

  #wake(entry: Entry): void {
    this.#idle.delete(entry);
    entry.group?.idle.delete(entry);
  }

  #forget(entry: Entry): void {
    if (!entry.open) return;
    entry.open = false;
    this.#wake(entry);
    this.#count--;
    if (entry.group === undefined || entry.key === undefined) return;
    if (--entry.group.count === 0) this.#groups.delete(entry.key);
  }

  /** Closes the connection of a set that has been idle longest. Returns whether there was one. */
  #evict(idle: Set<Entry>): boolean {
    for (const entry of idle) {
      this.counters.count("connections_evicted");
      // Its place is free at once: its close event comes later.
      this.#forget(entry);
      entry.socket.destroy();
      return true;
    }
    return false;
  }
}
