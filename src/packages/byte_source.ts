/**
 * Random access to a stored file: archives are read where their tables are, whatever their size.
 *
 * @module
 */

import type { FileStore } from "../files/store.ts";
import { PackageError } from "./package_error.ts";

/** Bytes that can be read from any place. */
export type ByteSource = {
  /** Bytes of all of it. */
  size: number;
  /** Returns `length` bytes from `start`. Throws PackageError for bytes that are not there, or too many. */
  read(start: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
};

/** Bytes of one read, and so of what memory holds of a file. */
const LONGEST_READ = 16 * 1024 * 1024;

/** Returns access to a stored file of `size` bytes. */
export function storedSource(files: Pick<FileStore, "get">, sha256: string, size: number): ByteSource {
  return {
    size,
    async read(start, length) {
      // The attack: a table that says of itself that it has gigabytes.
      if (length > LONGEST_READ) throw new PackageError("Cannot read the package: one of its tables is too long.");
      if (!Number.isSafeInteger(start) || start < 0 || length < 0 || start + length > size) {
        throw new PackageError("Cannot read the package: the file is incomplete or damaged.");
      }
      if (length === 0) return new Uint8Array();
      const found = await files.get(sha256, { start, end: start + length });
      if (found === undefined) throw new Error(`Cannot read the stored file ${sha256}: it is missing`);
      const bytes = await new Response(found.body).bytes();
      if (bytes.length !== length) throw new Error(`Cannot read the stored file ${sha256}: it is shorter than it was`);
      return bytes;
    },
  };
}
