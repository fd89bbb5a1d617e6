/**
 * Envelopes in the form of BER that Apple's systems use: indefinite lengths, and the content as a constructed string.
 *
 * @module
 */

import { Der, TAG } from "../../src/pki/der.ts";
import { indefinite, octets } from "../../src/pki/der_writer.ts";

/** Returns an EnvelopedData in BER. Throws for anything else. */
export function berOf(der: Uint8Array): Uint8Array {
  const [type, wrapped] = Der.parse(der).children();
  const [version, recipients, content] = wrapped?.children()[0]?.children() ?? [];
  const [contentType, cipher, encrypted] = content?.children() ?? [];
  if (
    type === undefined || version === undefined || recipients === undefined || contentType === undefined ||
    cipher === undefined || encrypted === undefined
  ) throw new Error("Cannot write BER: this is no envelope");
  const pieces = encrypted.content;
  return indefinite(
    TAG.sequence,
    type.raw,
    indefinite(
      0xa0,
      indefinite(
        TAG.sequence,
        version.raw,
        recipients.raw,
        indefinite(TAG.sequence, contentType.raw, cipher.raw, indefinite(0xa0, octets(pieces))),
      ),
    ),
  );
}
