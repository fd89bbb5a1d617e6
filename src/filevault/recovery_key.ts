/**
 * A FileVault recovery key out of its envelope.
 *
 * Pure.
 *
 * @module
 */

import type { Recipient } from "../pki/cms/enveloped.ts";
import { openEnveloped } from "../pki/cms/enveloped.ts";
import { PkiError } from "../pki/errors.ts";

/** Six groups of four, as Macs make them. */
const FORM = /^[A-Z0-9]{4}(?:-[A-Z0-9]{4}){5}$/;

/**
 * Bytes of an envelope that is opened, or kept; real ones have about 500. The attack: a device sends megabytes, which are
 * read once for each key pair.
 */
export const ENVELOPE_BYTES = 16 * 1024;

/** Whether a text is a personal recovery key. */
export const isRecoveryKey = (text: string): boolean => FORM.test(text);

/** A recovery key, or why there is none in the envelope, as a sentence without anything of its content. */
export type ReadKey = { key: string } | { reason: string };

/** Returns where a text ends before the line breaks, spaces and zero bytes that may follow it. */
function endOf(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] ?? 0) <= 0x20) end--;
  return end;
}

/**
 * Returns the recovery key in an envelope, with the first of some key pairs that it is addressed to.
 *
 * The form is checked: envelopes are in CBC mode, which has no integrity, so a damaged one may open to other bytes
 * without an error.
 */
export function readRecoveryKey(cms: Uint8Array, recipients: readonly Recipient[]): ReadKey {
  if (cms.length > ENVELOPE_BYTES) return { reason: `it has ${cms.length} bytes` };
  let reason = "it is not addressed to a certificate of this Mac";
  for (const recipient of recipients) {
    let plain: Uint8Array;
    try {
      plain = openEnveloped(cms, recipient);
    } catch (error) {
      if (!(error instanceof PkiError)) throw error;
      // Of several errors, the one about an envelope that was addressed to us says most.
      if (error.code !== "cms") reason = error.message;
      continue;
    }
    const text = new TextDecoder("latin1").decode(plain.subarray(0, endOf(plain)));
    if (isRecoveryKey(text)) return { key: text };
    reason = "it opens, but its content is no recovery key";
  }
  return { reason };
}
