/**
 * Checks that a download is requested by the device that it was created for.
 *
 * @module
 */

import { Problem } from "../errors.ts";
import { type SenderEvidence, senderOf } from "../identity/sender.ts";

/** Returns the reason to refuse the sender, for the event; undefined if there is none. */
export type SenderFault = string | undefined;

/** Returns the fingerprint of the certificate behind one piece of evidence, or the reason why there is none. */
function fingerprintOf(evidence: SenderEvidence): { fingerprint: string } | { fault: string } {
  try {
    return { fingerprint: senderOf(evidence).fingerprint };
  } catch (error) {
    if (error instanceof Problem) return { fault: error.details.reason ?? error.message };
    throw error;
  }
}

/**
 * Checks every certificate that a request presents: each must be one of `pinned`, the identities of the enrollment that
 * the token names.
 *
 * With `required`, where connections bring certificates, one must come with the connection. The attack: anyone uses an
 * address that leaked from a log or a proxy. A signature does not replace it there: over an empty body it is the same
 * each time, and could have been copied.
 *
 * Without it the signed address is the credential; a device that shows another identity is still refused. The attack: one
 * enrolled device with the address of another.
 */
export function senderFault(
  { peerCertificate, proxyCertificate, signature, body }: SenderEvidence,
  pinned: readonly string[],
  required: boolean,
): SenderFault {
  const connection = [
    ...(peerCertificate === undefined ? [] : [{ body, peerCertificate }]),
    ...(proxyCertificate === undefined ? [] : [{ body, proxyCertificate }]),
  ];
  if (required && connection.length === 0) return "missing device identity: no certificate";
  for (const evidence of [...connection, ...(signature === undefined ? [] : [{ body, signature }])]) {
    const shown = fingerprintOf(evidence);
    if ("fault" in shown) return shown.fault;
    if (!pinned.includes(shown.fingerprint)) return "the certificate is not the device's";
  }
  return undefined;
}
