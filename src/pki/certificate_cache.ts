/**
 * Remembers the parsed certificates of enrolled devices by their SHA-256, because a device sends the same one with every
 * message.
 *
 * What is remembered is a pure function of the bytes, so that it can never be stale.
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
/** What a parsed certificate takes besides its bytes, and how often those are held. */
const OVERHEAD = 2048;
const COPIES = 3;

const cache = new Map<string, Certificate>();
let held = 0;

const sizeOf = ({ der }: Certificate) => der.length * COPIES + OVERHEAD;

/** `parseCertificate` of a certificate that comes with a message, or what is remembered of it. Throws PkiError. */
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
  // The last used one goes to the end, so that the first is the one to drop.
  cache.delete(fingerprint);
  cache.set(fingerprint, known);
  return known;
}

/**
 * Remembers the certificate of a device whose message was taken. The attack: a stranger's certificates, made by the
 * thousand, fill the memory and push the devices' own out.
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

/** How many certificates are remembered, and the bytes that they take. */
export const rememberedCertificates = (): { count: number; bytes: number } => ({ count: cache.size, bytes: held });
