/**
 * Remembers parsed certificates by their SHA-256, because a device sends the same one with every message.
 *
 * What is remembered is a pure function of the bytes, so that it can never be stale.
 *
 * @module
 */
import { hash } from "node:crypto";
import { type Certificate, parseCertificate } from "./certificate.ts";

/** About 5 kB each. */
const CAPACITY = 4096;

const cache = new Map<string, Certificate>();

/** `parseCertificate`, remembered. */
export function cachedCertificate(der: Uint8Array): Certificate {
  const fingerprint = hash("sha256", der, "hex");
  const known = cache.get(fingerprint);
  if (known !== undefined) {
    // The last used one goes to the end, so that the first is the one to drop.
    cache.delete(fingerprint);
    cache.set(fingerprint, known);
    return known;
  }
  const certificate = parseCertificate(der);
  cache.set(fingerprint, certificate);
  if (cache.size > CAPACITY) {
    for (const oldest of cache.keys()) {
      cache.delete(oldest);
      break;
    }
  }
  return certificate;
}
