/**
 * A file store in memory, for tests that are not about files. The suite of file stores runs against it as well.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { problem } from "../../src/errors.ts";
import { streamOf } from "../../src/files/spool.ts";
import { type ByteRange, type FileStore, isDigest } from "../../src/files/store.ts";
import type { Clock } from "../../src/runtime.ts";

/** Keeps files as long as it is kept itself. */
export class MemoryStore implements FileStore {
  readonly #files = new Map<string, { bytes: Uint8Array<ArrayBuffer>; storedAt: Date }>();

  constructor(private readonly clock: Clock) {}

  async put(content: ReadableStream<Uint8Array> | Uint8Array, limit: number) {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of streamOf(content)) {
      size += chunk.length;
      if (size > limit) throw problem("too-large");
      chunks.push(chunk);
    }
    const bytes = new Uint8Array(await new Blob(chunks.map((chunk) => Uint8Array.from(chunk))).arrayBuffer());
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    this.#files.set(sha256, { bytes, storedAt: this.clock.now() });
    return { sha256, size };
  }

  get(sha256: string, range?: ByteRange) {
    const all = isDigest(sha256) ? this.#files.get(sha256)?.bytes : undefined;
    const bytes = range === undefined ? all : all?.slice(range.start, range.end);
    return Promise.resolve(bytes === undefined ? undefined : { body: streamOf(bytes), size: bytes.length });
  }

  address(): Promise<string | undefined> {
    return Promise.resolve(undefined);
  }

  storedAt(sha256: string) {
    return Promise.resolve(this.#files.get(sha256)?.storedAt);
  }

  remove(sha256: string) {
    this.#files.delete(sha256);
    return Promise.resolve();
  }

  async *list() {
    for (const [sha256, { storedAt }] of this.#files) yield await Promise.resolve({ sha256, storedAt });
  }

  tidy() {
    return Promise.resolve(0);
  }

  close() {}
}
