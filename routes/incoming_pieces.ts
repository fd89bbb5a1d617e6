/**
 * The pieces of a request's body, read from the runtime's own message. A `Request` with a stream of the Web costs more than
 * all that the server does with a device's message (measured: a sixth of its time, and objects that only a full collection
 * frees).
 *
 * @module
 */

import type { IncomingMessage } from "node:http";

/** Reads a body piece by piece, as the reader of a stream does. */
export type Pieces = Pick<ReadableStreamDefaultReader<Uint8Array>, "read" | "cancel">;

/** The pieces of a message. Nothing is read before the first one is asked for, and one reader at a time may wait. */
export class IncomingPieces implements Pieces {
  #wake: (() => void) | undefined;
  #listens = false;

  constructor(private readonly incoming: IncomingMessage) {}

  /** Returns the next piece. Rejects when the client disconnects before the end. */
  async read(): Promise<ReadableStreamReadResult<Uint8Array>> {
    const { incoming } = this;
    this.#listen();
    for (;;) {
      const piece: Uint8Array | null = incoming.read();
      if (piece !== null) return { value: piece, done: false };
      if (incoming.readableEnded) return { done: true };
      if (incoming.destroyed) throw incoming.errored ?? new Error("The body has ended too early");
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  /** Reads nothing more; a read that waits is rejected. */
  cancel(): Promise<void> {
    this.#listen();
    this.incoming.destroy();
    return Promise.resolve();
  }

  #listen(): void {
    if (this.#listens) return;
    this.#listens = true;
    const wake = () => this.#wake?.();
    for (const event of ["readable", "end", "error", "close"]) this.incoming.on(event, wake);
  }
}
