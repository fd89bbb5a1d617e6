/**
 * The certificate behind a message: presented to our own TLS port, passed on by a trusted proxy, or proven by a
 * signature over the body. Whether that certificate may act for a device is decided elsewhere.
 *
 * @module
 */

import { decodeBase64 } from "@std/encoding";
import { timingSafeEqual } from "node:crypto";
import { problem } from "../errors.ts";
import { knownCertificate } from "../pki/certificate_cache.ts";
import { type Certificate, certificateFromPem } from "../pki/certificate.ts";
import { claimedSigner, verifyDetached } from "../pki/cms/detached.ts";
import { PkiError } from "../pki/errors.ts";

/** The evidence of a request about its sender. */
export type SenderEvidence = {
  body: Uint8Array;
  /** `Mdm-Signature`: base64 of a detached CMS over the body. */
  signature?: string | undefined;
  /** The certificate that the peer showed on the mutual TLS port. */
  peerCertificate?: Uint8Array | undefined;
  /** `X-SSL-Client-Cert`, only where the peer is a trusted proxy. */
  proxyCertificate?: string | undefined;
};

const refuse = (reason: string, cause?: unknown) => problem("device-not-identified", undefined, { reason }, cause);

/** PEM, URL-escaped PEM, or RFC 9440's `:base64:`. */
function headerCertificate(text: string): Certificate {
  if (/^:[A-Za-z0-9+/=]+:$/.test(text)) return knownCertificate(decodeBase64(text.slice(1, -1)));
  return certificateFromPem(text.includes("%") ? decodeURIComponent(text) : text.replace(/\s(?!CERTIFICATE)/g, "\n"));
}

/** Whether a proxy's shared secret is right; the attack: anyone who reaches the port sends the certificate header. */
export function isProxySecret(given: string | undefined, secret: string | undefined): boolean {
  if (given === undefined || secret === undefined) return false;
  const [one, other] = [new TextEncoder().encode(given), new TextEncoder().encode(secret)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** Returns the certificate behind a message. Throws `device-not-identified` with the reason for the event. */
export const senderOf = (evidence: SenderEvidence): Certificate =>
  certificateOf(evidence, (cms) => verifyDetached(cms, evidence.body).certificate);

/**
 * Returns the certificate that a request claims, before its body has arrived: a signature is not verified. Throws
 * `device-not-identified`.
 */
export const claimedSender = (evidence: Omit<SenderEvidence, "body">): Certificate =>
  certificateOf(evidence, claimedSigner);

function certificateOf(
  evidence: Omit<SenderEvidence, "body">,
  signerOf: (cms: Uint8Array) => Certificate,
): Certificate {
  try {
    if (evidence.peerCertificate !== undefined) return knownCertificate(evidence.peerCertificate);
    if (evidence.signature !== undefined) return signerOf(decodeBase64(evidence.signature));
    if (evidence.proxyCertificate !== undefined) return headerCertificate(evidence.proxyCertificate);
  } catch (error) {
    if (error instanceof PkiError) throw refuse(`Invalid header signature: ${error.message}`, error);
    if (error instanceof SyntaxError || error instanceof URIError) throw refuse("Invalid header signature", error);
    throw error;
  }
  throw refuse("missing device identity: no signature and no certificate");
}
