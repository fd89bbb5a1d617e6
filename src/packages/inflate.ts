/**
 * Unpacks data of a known maximum size.
 *
 * @module
 */

import { PackageError } from "./package_error.ts";

/**
 * Returns the content of a compressed stream ("deflate" is zlib's format). Throws PackageError beyond `limit` bytes: a
 * few kilobytes can unpack to gigabytes, so nothing is read further than that.
 */
export async function inflate(
  packed: Uint8Array<ArrayBuffer>,
  format: "deflate" | "gzip",
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream(format)).getReader();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      size += value.length;
      if (size > limit) throw new PackageError("Cannot read the package: a part of it unpacks to too many bytes.");
      pieces.push(value);
    }
  } catch (error) {
    await reader.cancel().catch(() => {});
    if (error instanceof PackageError) throw error;
    throw new PackageError("Cannot read the package: compressed data in it is damaged.", { cause: error });
  }
  return await new Blob(pieces).bytes();
}
