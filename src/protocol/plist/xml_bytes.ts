/**
 * The bytes of an XML property list before anything is read of them.
 *
 * Promise: one pass over the bytes and one copy at most, whatever they are. As text, each replaced character costs a hundred
 * times as much: a few megabytes of them stopped the process for seconds.
 *
 * @module
 */

import { MAX_NULS, PlistError } from "./value.ts";

const [NUL, LF, CR] = [0x00, 0x0a, 0x0d];
const REPLACEMENT = [0xef, 0xbf, 0xbd];

/**
 * Returns the bytes in UTF-8 with LF at the end of each line (XML 1.0 section 2.11) and U+FFFD for NUL: it is not XML,
 * but Apple's writer emits it if a string contains it, and no database text and no JSON column can store it. The same
 * bytes when they have neither. Throws `PlistError` for more than `MAX_NULS` NULs.
 */
export function xmlBytes(bytes: Uint8Array): Uint8Array {
  const nuls = countNuls(bytes);
  if (nuls === 0 && !bytes.includes(CR)) return bytes;
  const clean = new Uint8Array(bytes.length + (REPLACEMENT.length - 1) * nuls);
  let to = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === NUL) {
      clean.set(REPLACEMENT, to);
      to += REPLACEMENT.length;
    } else if (byte !== CR) clean[to++] = byte;
    else if (bytes[at + 1] !== LF) clean[to++] = LF;
  }
  return clean.subarray(0, to);
}

function countNuls(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(NUL); at >= 0; at = bytes.indexOf(NUL, at + 1)) {
    if (++count > MAX_NULS) {
      throw new PlistError(`Cannot read the property list: it has more than ${MAX_NULS} NUL characters`);
    }
  }
  return count;
}
