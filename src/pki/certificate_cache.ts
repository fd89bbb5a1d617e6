/**
 * Caches the parsed certificates of enrolled devices by their SHA-256, because a device sends the same one with every
 * message.
 *
 * An entry is a pure function of the bytes, so that it can never be stale.
 *
 * @module
 */
import { hash } from "node:crypto";
import { type Certificate, parseCertificate } from "./certificate.ts";
import { PkiError } from "./errors.ts";

/** Bytes that all remembered certificates may take, about. */
const CAPACITY = 16 * 1024 * 1024;
/** Bytes of a certificate that comes with a message. Those of devices have 1 to 2 KB. */
const LARGEST = 16 * 1024;
/** The memory of a parsed certificate in addition to its bytes, and the number of copies of those. */
const OVERHEAD = 2048;
const COPIES = 3;

const cache = new Map<string, Certificate>();
let held = 0;

const sizeOf = ({ der }: Certificate) => der.length * COPIES + OVERHEAD;

/** Returns `parseCertificate` of a certificate that comes with a message, or its cached result. Throws PkiError. */
export function knownCertificate(der: Uint8Array): Certificate {
  if (der.length > LARGEST) {
    throw new PkiError(
      "certificate",
      `Cannot read the certificate: it has ${der.length} bytes, ${LARGEST} are accepted`,
    );
  }
  const fingerprint = hash("sha256", der, "hex");
  const known = cache.get(fingerprint);
  if (known === undefined) return parseCertificate(der);
  // The last used one moves to the end, so that the first is the one to drop.
  cache.delete(fingerprint);
  cache.set(fingerprint, known);
  return known;
}

/**
 * Caches the certificate of a device whose message was accepted. The attack: thousands of a stranger's certificates
 * fill the cache and evict those of devices.
 */
export function rememberCertificate(certificate: Certificate): void {
  if (cache.has(certificate.fingerprint)) return;
  cache.set(certificate.fingerprint, certificate);
  held += sizeOf(certificate);
  for (const [fingerprint, oldest] of cache) {
    if (held <= CAPACITY) break;
    cache.delete(fingerprint);
    held -= sizeOf(oldest);
  }
}

/** Returns how many certificates are remembered, and the bytes that they take. */
export const rememberedCertificates = (): { count: number; bytes: number } => ({ count: cache.size, bytes: held });
