/**
 * The body of a request, read with limits on its size, its time and the memory of all bodies: the runtime has none, and a
 * client that stalls or floods must not hold the server.
 *
 * @module
 */

import { Problem, problem } from "../src/errors.ts";
import type { BodyMemory } from "./body_memory.ts";

/** How slowly a body may arrive. */
export type Pace = {
  /** Milliseconds that every body has. */
  graceMs: number;
  /** Bytes per second that a body needs besides: what arrives buys time. */
  bytesPerSecond: number;
};

const PACE: Pace = { graceMs: 30_000, bytesPerSecond: 32 * 1024 };

/** A second look at a body that turns out to be large: more than `beyond` bytes are read only when `allowed` resolves. */
export type SecondLook = { beyond: number; allowed(): Promise<void> };

/** The body of one request. */
export class RequestBody {
  #held = 0;

  constructor(
    private readonly request: Request,
    private readonly memory: BodyMemory,
    private readonly pace: Pace = PACE,
  ) {}

  /**
   * The bytes. Throws `too-large` beyond `limit`, `timeout` when they come too slowly, `unavailable` when all bodies
   * together are too many, and `invalid` when the client went away. What is read counts until `release`.
   */
  async read(limit: number, look?: SecondLook): Promise<Uint8Array<ArrayBuffer>> {
    const declared = Number(this.request.headers.get("content-length") ?? 0);
    if (declared > limit) throw problem("too-large");
    let open = look === undefined ? Infinity : look.beyond;
    if (look !== undefined && declared > open) {
      await look.allowed();
      open = Infinity;
    }
    const { body } = this.request;
    if (body === null) return new Uint8Array();
    const reader = body.getReader();
    const chunks: Uint8Array[] = [];
    const late = new Lateness(this.pace);
    let size = 0;
    try {
      for (;;) {
        const { value, done } = await Promise.race([reader.read(), late.promise]);
        if (done) break;
        size += value.length;
        late.arrived(size);
        if (size > limit) throw problem("too-large");
        if (size > open && look !== undefined) {
          await look.allowed();
          open = Infinity;
        }
        this.memory.take(value.length, this.#held);
        this.#held += value.length;
        chunks.push(value);
      }
    } catch (error) {
      // Nothing waits for the rest.
      reader.cancel().catch(() => {});
      if (error instanceof Problem) throw error;
      throw problem("invalid", "The request body could not be read.", { reason: "the client went away" }, error);
    } finally {
      late.end();
    }
    return joined(chunks, size);
  }

  /** Gives back the memory of what was read: nothing of it is used any more. */
  release(): void {
    this.memory.give(this.#held);
    this.#held = 0;
  }
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Rejects once a body is too slow. One timer per body, set again only when it fires. */
class Lateness {
  readonly promise: Promise<never>;
  readonly #reject: (reason: unknown) => void;
  readonly #began = performance.now();
  #timer: ReturnType<typeof setTimeout>;
  #size = 0;

  constructor(private readonly pace: Pace) {
    const { promise, reject } = Promise.withResolvers<never>();
    this.promise = promise;
    this.#reject = reject;
    // A body that ends in time leaves a promise behind that nothing waits for.
    promise.catch(() => {});
    this.#timer = setTimeout(() => this.#look(), pace.graceMs);
  }

  arrived(size: number): void {
    this.#size = size;
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    const allowed = this.pace.graceMs + this.#size / this.pace.bytesPerSecond * 1000;
    const left = this.#began + allowed - performance.now();
    if (left <= 0) this.#reject(problem("timeout"));
    else this.#timer = setTimeout(() => this.#look(), left);
  }
}
