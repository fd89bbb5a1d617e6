/**
 * The memory of pieces that were sent on, given back at once: the runtime would take its time, and twenty downloads would
 * take 150 MB.
 *
 * @module
 */

/**
 * Bytes of a content that a connection may still hold. It takes pieces until 64 KiB wait for the system, and the next one when
 * those are gone: what lies this far back was sent.
 */
const MOST_HELD = 1024 * 1024;

/** The pieces of one content. */
export class GivenPieces {
  readonly #pieces: Uint8Array<ArrayBuffer>[] = [];
  /** The bytes of the pieces but the oldest. */
  #later = 0;

  /** Takes note of a piece that is sent on; the memory of those before it that were sent is gone then. */
  give(piece: Uint8Array<ArrayBuffer>): void {
    if (this.#pieces.push(piece) > 1) this.#later += piece.length;
    while (this.#later >= MOST_HELD) {
      this.#pieces.shift()?.buffer.transfer(0);
      this.#later -= this.#pieces[0]?.length ?? 0;
    }
  }
}

/** Returns a body that is read as it is sent, and whose pieces are given back. */
export function givenBack(body: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStream<Uint8Array> {
  const given = new GivenPieces();
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) return controller.close();
      given.give(value);
      controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}
