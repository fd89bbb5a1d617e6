/**
 * The digests of a file's chunks, as the manifest of a package has them.
 *
 * @module
 */

import { createHash } from "node:crypto";

/** The digests in order, in hex. */
export type Chunks = { size: number; sha256s: string[]; md5s: string[] };

/** Bytes of a chunk: a download that fails is repeated from the last one. */
const CHUNK = 4 * 1024 * 1024;

/** Returns the digests of a content, each chunk but the last of `CHUNK` bytes. Memory holds what the stream gives at once. */
export async function chunksOf(content: ReadableStream<Uint8Array>): Promise<Chunks> {
  const found: Chunks = { size: CHUNK, sha256s: [], md5s: [] };
  let [sha256, md5, filled, total] = [createHash("sha256"), createHash("md5"), 0, 0];
  const end = () => {
    found.sha256s.push(sha256.digest("hex"));
    found.md5s.push(md5.digest("hex"));
    [sha256, md5, filled] = [createHash("sha256"), createHash("md5"), 0];
  };
  for await (const piece of content) {
    for (let at = 0; at < piece.length;) {
      const part = piece.subarray(at, at + CHUNK - filled);
      sha256.update(part);
      md5.update(part);
      [at, filled, total] = [at + part.length, filled + part.length, total + part.length];
      if (filled === CHUNK) end();
    }
  }
  if (filled > 0) end();
  // One chunk is the file.
  return found.sha256s.length === 1 ? { ...found, size: total } : found;
}
