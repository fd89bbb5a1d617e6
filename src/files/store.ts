/**
 * Where files are kept: a folder for one machine, a bucket for many.
 *
 * @module
 */

/** A file that was stored. */
export type StoredFile = {
  /** SHA-256 of the content, 64 lower-case hexadecimal digits. Also its name. */
  sha256: string;
  /** Bytes. */
  size: number;
};

/** A file in a list. `storedAt` is when it was put last. */
export type ListedFile = { sha256: string; storedAt: Date };

/**
 * Files by the SHA-256 of their content: the same content is kept once, and a name says what it must hold.
 *
 * Names that are no digest are answered like files that are not there. The attack: `../../secret.keys` as the name of a file.
 */
export type FileStore = {
  /**
   * Keeps a content. It appears as a whole or not at all, and putting it again makes it count as new. Throws `too-large`
   * beyond `limit` bytes; what the stream throws is thrown.
   */
  put(content: ReadableStream<Uint8Array> | Uint8Array, limit: number): Promise<StoredFile>;
  /** The content; the caller reads or cancels it. */
  get(sha256: string): Promise<{ body: ReadableStream<Uint8Array>; size: number } | undefined>;
  /**
   * An address from which anybody may fetch the content for so many seconds, where there is such a thing. The file need not be
   * there.
   */
  address(sha256: string, options: { contentType: string; seconds: number }): Promise<string | undefined>;
  /** When the content was put last. */
  storedAt(sha256: string): Promise<Date | undefined>;
  /** Removes the content, if it is there. */
  remove(sha256: string): Promise<void>;
  /** Every file, in no order. */
  list(): AsyncIterable<ListedFile>;
  /** Removes what puts left behind that began before `before` and never ended. Answers how many. */
  tidy(before: Date): Promise<number>;
  /** Lets go of connections. */
  close(): void;
};

const DIGEST = /^[0-9a-f]{64}$/;

/** Whether a text is the name of a file: 64 lower-case hexadecimal digits. */
export const isDigest = (text: string): boolean => DIGEST.test(text);
