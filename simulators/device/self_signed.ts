/**
 * Certificates of keys by themselves, as devices sign their first SCEP requests with.
 *
 * @module
 */

import type { KeyObject } from "node:crypto";
import { keyUsageExtension, randomSerial, signCertificate } from "../../src/pki/ca.ts";
import type { Bytes } from "../../src/pki/der_writer.ts";
import { spkiOf } from "../../src/pki/keys.ts";
import { type SubjectInput, writeName } from "../../src/pki/name.ts";

/** The content of a self-signed end-entity certificate, such as the one that signs a SCEP request. */
export type SelfSignedInput = {
  readonly subject: SubjectInput;
  readonly key: KeyObject;
  readonly notBefore: Date;
  readonly notAfter: Date;
};

/** Returns a certificate of a key by itself, for signatures and key encipherment. */
export function selfSigned({ subject, key, notBefore, notAfter }: SelfSignedInput): Bytes {
  const name = writeName(subject);
  return signCertificate(key, {
    serial: randomSerial(),
    issuer: name,
    subject: name,
    notBefore,
    notAfter,
    spki: spkiOf(key),
    extensions: [keyUsageExtension(["digitalSignature", "keyEncipherment"])],
  });
}
