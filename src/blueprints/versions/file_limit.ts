/**
 * How large the files of artifacts may be, for pages and API alike.
 *
 * @module
 */

import { byteSize } from "../../byte_size.ts";
import { bytesOfBase64, fault } from "./fields.ts";
import type { Checked } from "./version_kind.ts";

/** Bytes of a file that is sent with a request. Fonts are the largest that are common. */
export const LARGEST_FILE = 32_000_000;

/** Bytes of the JSON body around such a file: base64 with room for line ends, and the other fields. */
export const FILE_BODY_LIMIT = Math.ceil(LARGEST_FILE / 3) * 4 + 2_000_000;

/** The error for a request that is larger than any with such a file. */
export const FILE_TOO_LARGE = `Cannot read the file: files of up to ${byteSize(LARGEST_FILE)} are accepted.`;

/** Returns the file in a field `source`. Refuses text that is not base64, and a file above the limit. */
export function fileOfBase64(source: string): Checked<Uint8Array<ArrayBuffer>> {
  const bytes = bytesOfBase64(source);
  if (bytes === undefined) return fault("source", "Invalid base64-encoded value");
  if (bytes.length > LARGEST_FILE) {
    return fault(
      "source",
      `The file has ${byteSize(bytes.length)}. Files of up to ${byteSize(LARGEST_FILE)} are accepted.`,
    );
  }
  return { value: bytes };
}
