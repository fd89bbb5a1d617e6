/**
 * Writes a content to a file of the machine while it is hashed and counted: memory holds one chunk.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { problem } from "../errors.ts";
import type { StoredFile } from "./store.ts";

/** Returns the content as a stream. */
export const streamOf = (content: ReadableStream<Uint8Array> | Uint8Array): ReadableStream<Uint8Array> =>
  content instanceof Uint8Array ? ReadableStream.from([content]) : content;

/** Writes `content` to an open file, and flushes it to the disk. Throws `too-large`, and what the stream throws. */
export async function spoolTo(
  file: Deno.FsFile,
  content: ReadableStream<Uint8Array> | Uint8Array,
  limit: number,
): Promise<StoredFile> {
  const hash = createHash("sha256");
  let size = 0;
  // Leaving the loop by an error cancels the stream.
  for await (const chunk of streamOf(content)) {
    size += chunk.length;
    // The attack: a body without an end fills the disk.
    if (size > limit) throw problem("too-large");
    hash.update(chunk);
    for (let written = 0; written < chunk.length;) written += await file.write(chunk.subarray(written));
  }
  await file.syncData();
  return { sha256: hash.digest("hex"), size };
}

/**
 * Writes `content` to a new file at `path`, for its owner alone. Throws as `spoolTo`; removes the file when it cannot be
 * finished.
 */
export async function spool(
  content: ReadableStream<Uint8Array> | Uint8Array,
  limit: number,
  path: string,
): Promise<StoredFile> {
  const file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
  try {
    try {
      return await spoolTo(file, content, limit);
    } finally {
      file.close();
    }
  } catch (error) {
    await Deno.remove(path).catch(() => {});
    throw error;
  }
}
