/**
 * The vendor's side of push certificates: the holder of an MDM vendor certificate from Apple signs requests with it,
 * and Apple's portal accepts the signed requests.
 *
 * Source: Apple, "Setting up push notifications for your MDM customers"
 * (developer.apple.com/documentation/devicemanagement).
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { type KeyObject, sign } from "node:crypto";
import { appleRootCa } from "../pki/apple.ts";
import { type Certificate, certificatesFromPem, parseCertificate, toPem } from "../pki/certificate.ts";
import { verifyChain } from "../pki/chain.ts";
import { parseCsr } from "../pki/csr.ts";
import { PkiError } from "../pki/errors.ts";
import { keyMatches } from "../pki/keys.ts";
import { buildPlist } from "../protocol/plist.ts";

/** Files or answers that do not match; the message says what was found and what is expected. */
export class MdmCertsError extends Error {
  override readonly name = "MdmCertsError";
}

/** Returns a certificate in PEM or DER. */
export function readCertificate(bytes: Uint8Array, what: string): Certificate {
  try {
    const [first] = bytes[0] === 0x30
      ? [parseCertificate(bytes)]
      : certificatesFromPem(new TextDecoder().decode(bytes));
    if (first === undefined) throw new PkiError("asn1", "it holds no certificate");
    return first;
  } catch (error) {
    if (error instanceof PkiError) throw new MdmCertsError(`Cannot use ${what}: ${error.message}`);
    throw error;
  }
}

/**
 * Returns the path from the vendor certificate to the root. `others` hold the intermediate authority and may hold a
 * root; Apple's own root is known.
 */
export function vendorChain(vendor: Certificate, others: readonly Certificate[], now: Date): Certificate[] {
  const roots = others.filter((one) => String(one.subject) === String(one.issuer));
  try {
    return verifyChain(vendor, { intermediates: others, anchors: [appleRootCa, ...roots], now });
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    throw new MdmCertsError(
      `${error.message}. Put the certificate of its authority, "${vendor.issuer}", into the chain file: Apple offers it at www.apple.com/certificateauthority`,
    );
  }
}

/**
 * Returns a request in the form that Apple's portal accepts: base64 of a property list with the request, its SHA-256
 * signature by the vendor's key, and the vendor's chain in PEM.
 */
export function signPushRequest(
  csr: Uint8Array,
  vendor: { certificate: Certificate; key: KeyObject; chain: readonly Certificate[] },
): string {
  try {
    parseCsr(csr);
  } catch (error) {
    if (error instanceof PkiError) throw new MdmCertsError(`Cannot sign the request: ${error.message}`);
    throw error;
  }
  if (!keyMatches(vendor.certificate, vendor.key)) {
    throw new MdmCertsError("Cannot sign the request: the vendor certificate and the vendor key do not form a pair");
  }
  const plist = buildPlist({
    PushCertCertificateChain: vendor.chain.map(({ der }) => toPem(der, "CERTIFICATE")).join(""),
    PushCertRequestCSR: Uint8Array.from(csr).toBase64(),
    PushCertSignature: new Uint8Array(sign("sha256", Buffer.from(csr), vendor.key)).toBase64(),
  });
  return plist.toBase64();
}
