/**
 * Certificates for clients from the built-in authority.
 *
 * @module
 */

import { type Authority, type CertificateInput, issueCertificate, randomSerial } from "../pki/ca.ts";
import type { Runtime } from "../runtime.ts";

/** Clocks of devices differ, so their certificates are valid from a short time ago. */
const BACK_DATED_MS = 600_000;
const CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";

/** Issues a certificate for client authentication that begins now (DER). Throws PkiError for names that cannot be written. */
export function issueClientCertificate(
  runtime: Pick<Runtime, "clock" | "config">,
  authority: Authority,
  input: Pick<CertificateInput, "subject" | "spki" | "san" | "keyUsage">,
): Uint8Array<ArrayBuffer> {
  const now = runtime.clock.now();
  return issueCertificate(authority, {
    ...input,
    serial: randomSerial(),
    notBefore: new Date(now.getTime() - BACK_DATED_MS),
    notAfter: new Date(now.getTime() + runtime.config.IDENTITY_VALIDITY_DAYS * 86_400_000),
    eku: [CLIENT_AUTHENTICATION],
  });
}
