/**
 * The memory that bodies of requests may take, all requests of the process together.
 *
 * The attack: a few dozen connections each send as much as they may. Beyond the budget, a request is answered 503, and
 * its sender retries.
 *
 * @module
 */

import type { Counters } from "../src/counters.ts";
import { problem } from "../src/errors.ts";

/** Seconds after which a request that found no room may come again. */
const RETRY_AFTER = "5";

/** Bytes of a body that is small: the messages of devices, most of them. */
const SMALL = 64 * 1024;

/** A budget of bytes. */
export class BodyMemory {
  #used = 0;

  constructor(readonly limit: number, private readonly counters: Counters) {}

  /** Bytes that are held now. */
  get used(): number {
    return this.#used;
  }

  /**
   * Reserves bytes for a body that already holds `held`. Throws `unavailable` if they are not available; then nothing
   * is reserved. The last quarter is for small bodies: whatever uploads do, devices are served.
   */
  take(bytes: number, held = 0): void {
    const limit = held + bytes > SMALL ? this.limit - this.limit / 4 : this.limit;
    if (this.#used + bytes > limit) {
      this.counters.count("bodies_refused");
      throw problem("unavailable", "Cannot take the request now: too many large ones are in flight.", {
        reason: `bodies take ${this.#used} of ${this.limit} bytes`,
        headers: { "Retry-After": RETRY_AFTER },
      });
    }
    this.#used += bytes;
  }

  /** Releases bytes. */
  give(bytes: number): void {
    this.#used -= bytes;
  }
}
