/**
 * Checks that a certificate was issued by Apple to a device: the one that OTA phase 2 and Automated Device Enrollment
 * sign with.
 *
 * Apple's old chain is unusual: RSA 1024, SHA-1, and both intermediates expired. The exceptions for it are bound to its
 * keys.
 *
 * @module
 */
import { APPLE_IPHONE_CERTIFICATION_AUTHORITY, APPLE_IPHONE_DEVICE_CA, APPLE_ROOT_CA } from "./apple_certificates.ts";
import { type Certificate, certificateFromPem } from "./certificate.ts";
import { verifyChain } from "./chain.ts";
import { PkiError } from "./errors.ts";

/** Apple Root CA. */
export const appleRootCa: Certificate = certificateFromPem(APPLE_ROOT_CA);
/** Apple iPhone Certification Authority. */
export const appleIphoneCertificationAuthority: Certificate = certificateFromPem(APPLE_IPHONE_CERTIFICATION_AUTHORITY);
/** Apple iPhone Device CA. */
export const appleIphoneDeviceCa: Certificate = certificateFromPem(APPLE_IPHONE_DEVICE_CA);

const PINNED = [appleIphoneCertificationAuthority, appleIphoneDeviceCa] as const;
const EXPIRED_KEYS: ReadonlySet<string> = new Set(PINNED.map(({ spkiFingerprint }) => spkiFingerprint));

/** The anchors that a device's certificate is checked against. */
export type AppleDeviceOptions = {
  readonly now: Date;
  /** Roots of simulated devices, for development only: a person with one of their keys can pose as any device. */
  readonly extraRoots?: readonly Certificate[];
};

/**
 * Returns the path from a device's certificate to Apple's root; throws {@link PkiError} with the code `chain` if there
 * is none.
 *
 * The certificate must be issued by Apple iPhone Device CA's key itself: below the same root Apple also issues
 * certificates to developers, who could otherwise sign as any device. Validity is not checked for the two expired
 * intermediates, and SHA-1 is accepted only from Apple's three keys: the path may hold no other certificate, whatever
 * the message carries. `otherCertificates` are those of the message and serve `extraRoots` only; devices send different
 * parts of Apple's chain, so that none is needed.
 */
export function verifyAppleDevice(
  certificate: Certificate,
  otherCertificates: readonly Certificate[],
  { now, extraRoots = [] }: AppleDeviceOptions,
): Certificate[] {
  if (certificate.isCa) {
    throw new PkiError("chain", `Cannot trust "${certificate.subject}": it is not a device certificate`);
  }
  if (extraRoots.length > 0) {
    try {
      return verifyChain(certificate, { intermediates: otherCertificates, anchors: extraRoots, now });
    } catch (error) {
      if (!(error instanceof PkiError)) throw error;
    }
  }
  const path = verifyChain(certificate, {
    intermediates: PINNED,
    anchors: [appleRootCa],
    now,
    ignoreValidityOf: EXPIRED_KEYS,
    allowSha1: true,
  });
  const [, issuer] = path;
  if (issuer?.spkiFingerprint !== appleIphoneDeviceCa.spkiFingerprint) {
    throw new PkiError("chain", `Cannot trust "${certificate.subject}": Apple iPhone Device CA did not issue it`);
  }
  return path;
}
