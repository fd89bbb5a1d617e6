/**
 * The body of a request, read with limits on its size, its time and the memory of all bodies: the runtime has none, and a
 * client that stalls or floods must not hold the server.
 *
 * @module
 */

import { byteSize } from "../src/byte_size.ts";
import { Problem, problem } from "../src/errors.ts";
import type { BodyMemory } from "./body_memory.ts";
import type { Pieces } from "./incoming_pieces.ts";

/** How slowly a body may arrive. */
export type Pace = {
  /** Milliseconds that every body has. */
  graceMs: number;
  /** The minimum bytes per second of a body: bytes that arrive extend its time. */
  bytesPerSecond: number;
};

const PACE: Pace = { graceMs: 30_000, bytesPerSecond: 32 * 1024 };

/** A second look at a body that turns out to be large: more than `beyond` bytes are read only when `allowed` resolves. */
export type SecondLook = { beyond: number; allowed(): Promise<void> };

/** How a body is read. */
export type ReadOptions = {
  look?: SecondLook;
  /**
   * Bytes of a too large body that are read and discarded: browsers read no answer while they send, and would show a
   * broken connection instead of the reason. For authenticated callers; the pace limit still applies.
   */
  discard?: number;
  /** How many times its bytes count in the memory of all bodies: 1 unless the result of parsing the body takes more. */
  weight?: number;
};

/**
 * How a body with the file of an artifact is read. Decoding, checking and sealing it take a multiple of its bytes (measured:
 * 600 MB for 30 MB), so that only one of the largest is handled at once within the default of BODY_MEMORY.
 */
export const WITH_FILE: ReadOptions = { discard: 256_000_000, weight: 2 };

/** The body of one request. */
export class RequestBody {
  #held = 0;

  constructor(
    private readonly request: Request,
    private readonly memory: BodyMemory,
    private readonly pace: Pace = PACE,
    private readonly pieces?: Pieces | undefined,
  ) {}

  /** Begins to read; undefined for a request without a body. */
  #open(): Pieces | undefined {
    return this.pieces ?? this.request.body?.getReader();
  }

  /**
   * Returns the bytes. Throws `too-large` beyond `limit`, `timeout` when they arrive too slowly, `unavailable` when all
   * bodies together are too many, and `invalid` when the client disconnected. The bytes count until `release`.
   */
  async read(limit: number, { look, discard = 0, weight = 1 }: ReadOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    const declared = Number(this.request.headers.get("content-length") ?? 0);
    const tooLarge = () =>
      problem("too-large", `Cannot read the request: it is larger than allowed (${byteSize(limit)}).`);
    if (declared > limit + discard) throw tooLarge();
    let open = look === undefined ? Infinity : look.beyond;
    if (look !== undefined && declared > open) {
      await look.allowed();
      open = Infinity;
    }
    const reader = this.#open();
    if (reader === undefined) return new Uint8Array();
    const late = new Lateness(this.pace, () => reader.cancel().catch(() => {}));
    const bytes = new Growing();
    const refuse = async (size: number) => {
      this.release();
      await throwAway(reader, late, size, limit + discard);
      return late.passed ? problem("timeout") : tooLarge();
    };
    try {
      if (declared > limit) throw await refuse(0);
      for (;;) {
        const { value, done } = await reader.read();
        if (late.passed) throw problem("timeout");
        if (done) break;
        const size = bytes.size + value.length;
        late.arrived(size);
        if (size > limit) throw await refuse(size);
        if (size > open && look !== undefined) {
          await look.allowed();
          open = Infinity;
        }
        this.memory.take(value.length * weight, this.#held);
        this.#held += value.length * weight;
        bytes.add(value);
      }
    } catch (error) {
      // Nothing waits for the rest.
      reader.cancel().catch(() => {});
      if (error instanceof Problem) throw error;
      throw problem("invalid", "The request body could not be read.", { reason: "the client went away" }, error);
    } finally {
      late.end();
    }
    return bytes.taken();
  }

  /**
   * Returns the bytes as they arrive, for a reader that keeps none of them. The stream fails with `timeout` when they
   * arrive too slowly, and with `invalid` when the client disconnects.
   */
  stream(): ReadableStream<Uint8Array> {
    const reader = this.#open();
    if (reader === undefined) return new Blob([]).stream();
    const late = new Lateness(this.pace, () => reader.cancel().catch(() => {}));
    let size = 0;
    return new ReadableStream<Uint8Array>({
      async pull(controller) {
        try {
          const { value, done } = await reader.read();
          if (late.passed) throw problem("timeout");
          if (done) {
            late.end();
            controller.close();
            return;
          }
          size += value.length;
          late.arrived(size);
          controller.enqueue(value);
        } catch (error) {
          late.end();
          if (error instanceof Problem) throw error;
          throw problem("invalid", "The request body could not be read.", { reason: "the client went away" }, error);
        }
      },
      async cancel(reason) {
        late.end();
        await reader.cancel(reason).catch(() => {});
      },
    }, { highWaterMark: 0 });
  }

  /** Releases the memory of the bytes: they are no longer used. */
  release(): void {
    this.memory.give(this.#held);
    this.#held = 0;
  }
}

/** Reads on, keeping nothing, until the end, `most` bytes in all, or the timeout. */
async function throwAway(
  reader: Pieces,
  late: Lateness,
  read: number,
  most: number,
): Promise<void> {
  for (let size = read; size <= most && !late.passed;) {
    const { value, done } = await reader.read();
    if (done) return;
    size += value.length;
    late.arrived(size);
  }
}

/** Bytes that arrive in pieces. They are copied: a piece of one byte may hold on to a hundred times as much, or to a packet. */
class Growing {
  size = 0;
  #bytes = new Uint8Array(1024);

  add(piece: Uint8Array): void {
    const size = this.size + piece.length;
    if (size > this.#bytes.length) {
      this.#bytes = new Uint8Array(this.#bytes.buffer.transfer(Math.max(size, 2 * this.#bytes.length)));
    }
    this.#bytes.set(piece, this.size);
    this.size = size;
  }

  /** The bytes, and nothing more: the rest of the room is given back. */
  taken(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#bytes.buffer.transfer(this.size));
  }
}

/** Tells once that a body is too slow. One timer per body, set again only when it fires. */
class Lateness {
  /** Whether it was. */
  passed = false;
  readonly #began = performance.now();
  #timer: ReturnType<typeof setTimeout>;
  #size = 0;

  constructor(private readonly pace: Pace, private readonly tell: () => void) {
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
    if (left > 0) {
      this.#timer = setTimeout(() => this.#look(), left);
      return;
    }
    this.passed = true;
    this.tell();
  }
}
