/**
 * Answers that their clients do not take. Each is held in memory, and its connection makes no room for others. The attack:
 * many connections ask for large pages and read a byte a minute.
 *
 * @module
 */

/** What is needed of a connection; `bytesWritten` counts what is still held as well. */
export type Receiving = { readonly bytesWritten: number | undefined; destroy(): void };

/** How slowly an answer may be taken. */
export type ReadingPace = {
  /** Milliseconds that every answer has once it began. */
  graceMs: number;
  /** Bytes per second that a client has to take besides; a file is read only as fast as it is taken. */
  bytesPerSecond: number;
};

type Answer = { connection: Receiving; hasBegun(): boolean; before: number; began: number | undefined };

/** The answers that are not taken yet. */
export class UnreadAnswers {
  readonly #answers = new Set<Answer>();

  constructor(private readonly pace: ReadingPace, private readonly now: () => number = () => performance.now()) {}

  /** An answer is awaited. Returns what is to be called when it was taken, or its connection closed. */
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
