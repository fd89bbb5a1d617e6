/**
 * The store of files: a folder for one machine, a bucket for many.
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

/** Bytes of a file: from `start`, and before `end`. Never none. */
export type ByteRange = { start: number; end: number };

/** A file in a list. `storedAt` is when it was last stored. */
export type ListedFile = { sha256: string; storedAt: Date };

/**
 * Files by the SHA-256 of their content: the same content is stored once, and a name determines the content.
 *
 * A name that is not a digest counts as a missing file. The attack: `../../secret.keys` as the name of a file.
 */
export type FileStore = {
  /**
   * Stores a content. It appears completely or not at all; storing it again renews its date. Throws `too-large` beyond
   * `limit` bytes, and rethrows errors of the stream.
   */
  put(content: ReadableStream<Uint8Array> | Uint8Array, limit: number): Promise<StoredFile>;
  /**
   * The content, or those bytes of it, which must be in it; the caller reads or cancels them. `size` is that of the body.
   * `sent`: each piece is sent on before some more are read, and no reader keeps it: its memory may be gone then.
   */
  get(
    sha256: string,
    range?: ByteRange,
    use?: "sent",
  ): Promise<{ body: ReadableStream<Uint8Array>; size: number } | undefined>;
  /**
   * Returns an address from which anyone may fetch the content for that many seconds, if the store supports it. The
   * file need not exist.
   */
  address(sha256: string, options: { contentType: string; seconds: number }): Promise<string | undefined>;
  /** When the content was last stored. */
  storedAt(sha256: string): Promise<Date | undefined>;
  /** Removes the content, if it exists. */
  remove(sha256: string): Promise<void>;
  /** Every file, in no order. */
  list(): AsyncIterable<ListedFile>;
  /** Removes the remains of unfinished uploads that began before `before`. Returns their number. */
  tidy(before: Date): Promise<number>;
  /** Closes its connections. */
  close(): void;
};

const DIGEST = /^[0-9a-f]{64}$/;

/** Whether a text is the name of a file: 64 lower-case hexadecimal digits. */
export const isDigest = (text: string): boolean => DIGEST.test(text);
