/**
 * An authority and a device of it, the same in every run: the corpus contains inputs that were signed or encrypted for
 * them. The keys next to this file open nothing else.
 *
 * @module
 */

import type { KeyObject } from "node:crypto";
import { type Certificate, certificateFromPem } from "../src/pki/certificate.ts";
import { openPrivateKey } from "../src/pki/keys.ts";

/** A certificate with its key. */
type Identity = { readonly parsed: Certificate; readonly certificate: Uint8Array; readonly key: KeyObject };

const read = (name: string) => Deno.readTextFileSync(new URL(`identities/${name}.pem`, import.meta.url));

function identity(name: string): Identity {
  const parsed = certificateFromPem(read(name));
  return { parsed, certificate: parsed.der, key: openPrivateKey(read(`${name}-key`)) };
}

/** The authority; its key is RSA, so that envelopes are sealed for it. */
export const AUTHORITY = identity("authority");

/** The device; its key is on P-256. */
export const DEVICE = identity("device");
