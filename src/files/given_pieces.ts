/**
 * The memory of pieces that were sent on, given back at once: the runtime would take its time, and twenty downloads would
 * take 150 MB.
 *
 * @module
 */

/**
 * Pieces of a content that a connection may still hold: it asks for the next one when the one before is with the system.
 */
const MOST_GIVEN = 16;

/** The pieces of one content. */
export class GivenPieces {
  readonly #pieces: Uint8Array<ArrayBuffer>[] = [];

  /** Takes note of a piece that is sent on; the memory of an older one is gone then. */
  give(piece: Uint8Array<ArrayBuffer>): void {
    this.#pieces.push(piece);
    if (this.#pieces.length > MOST_GIVEN) this.#pieces.shift()?.buffer.transfer(0);
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
