/**
 * Answers that their clients do not read. Each is held in memory, and its connection is not closed for others. The
 * attack: many connections ask for large pages and read a byte a minute.
 *
 * @module
 */

/** The required part of a connection; `bytesWritten` includes bytes that are still held. */
export type Receiving = { readonly bytesWritten: number | undefined; destroy(): void };

/** The limits for reading an answer. */
export type ReadingPace = {
  /** Milliseconds that every answer has once it began. */
  graceMs: number;
  /** The minimum bytes per second that a client must read; a file is read only as fast as the client reads it. */
  bytesPerSecond: number;
};

type Answer = { connection: Receiving; hasBegun(): boolean; before: number; began: number | undefined };

/** The answers that are not read yet. */
export class UnreadAnswers {
  readonly #answers = new Set<Answer>();

  constructor(private readonly pace: ReadingPace, private readonly now: () => number = () => performance.now()) {}

  /** Registers a pending answer. Returns the function to call when it was read, or its connection closed. */
  awaited(connection: Receiving, hasBegun: () => boolean): () => void {
    const answer = { connection, hasBegun, before: connection.bytesWritten ?? 0, began: undefined };
    this.#answers.add(answer);
    return () => void this.#answers.delete(answer);
  }

  /** Closes the connections whose clients take their answers too slowly. To be called every few seconds. */
  look(): void {
    const now = this.now();
    for (const answer of this.#answers) {
      const { connection, before, hasBegun } = answer;
      if (!hasBegun()) continue;
      answer.began ??= now;
      const bytes = (connection.bytesWritten ?? 0) - before;
      if (now - answer.began <= this.pace.graceMs + bytes / this.pace.bytesPerSecond * 1000) continue;
      this.#answers.delete(answer);
      connection.destroy();
    }
  }
}
