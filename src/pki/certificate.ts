/**
 * X.509 certificates (RFC 5280), parsed once into plain data.
 *
 * @module
 */
import { hash } from "node:crypto";
import { Der } from "./der.ts";
import { type AlgorithmIdentifier, readAlgorithm, readBitString, readIntegerHex, readTime } from "./der_values.ts";
import { PkiError } from "./errors.ts";
import { type ExtensionFacts, readExtensions } from "./extensions.ts";
import { type Name, readName } from "./name.ts";
import { pemBlocks } from "./pem.ts";
import { type PublicKey, readPublicKey } from "./public_key.ts";

export { toPem } from "./pem.ts";

/** A parsed certificate. Nothing about it is verified: see `verifyChain`. */
export type Certificate = ExtensionFacts & {
  readonly der: Uint8Array<ArrayBuffer>;
  /** SHA-256 of the DER, lower-case hexadecimal. */
  readonly fingerprint: string;
  readonly subject: Name;
  readonly issuer: Name;
  /** Lower-case hexadecimal without leading zero bytes. */
  readonly serialNumber: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly publicKey: PublicKey;
  readonly spki: Uint8Array<ArrayBuffer>;
  /** SHA-256 of the SubjectPublicKeyInfo, lower-case hexadecimal: identifies a key. */
  readonly spkiFingerprint: string;
  /** Dotted form of the algorithm that the issuer signed with. */
  readonly signatureAlgorithm: string;
  /** The same with its parameters, for RSA-PSS. */
  readonly signatureAlgorithmIdentifier: AlgorithmIdentifier;
  /** The signed content, and the signature over it. */
  readonly tbs: Uint8Array;
  readonly signature: Uint8Array;
};

/** Reads a DER certificate. Throws {@link PkiError} with the code `certificate` or `asn1`. */
export function parseCertificate(bytes: Uint8Array): Certificate {
  // A copy of its own: a cached certificate must not keep the whole message alive, nor change with it.
  const der = bytes.slice();
  const outer = Der.parse(der, { strict: true }).fields("a certificate");
  const tbs = outer.next("the certificate's body");
  const algorithmElement = outer.next("the signature algorithm");
  const signature = readBitString(outer.next("the signature"), "a certificate's signature");
  outer.done();

  const fields = tbs.fields("a certificate's body");
  const version = fields.optional(0xa0);
  const serialNumber = readIntegerHex(fields.next("the serial number"), "a serial number");
  const innerAlgorithm = fields.next("the signature algorithm");
  // RFC 5280 section 4.1.1.2: both must be the same, else the unsigned one could lie about the signed one.
  if (innerAlgorithm.raw.toHex() !== algorithmElement.raw.toHex()) {
    throw new PkiError("certificate", "Cannot read the certificate: it names two signature algorithms");
  }
  const issuer = readName(fields.next("the issuer"));
  const validity = fields.next("the validity").fields("a certificate's validity");
  const notBefore = readTime(validity.next("notBefore"), "notBefore");
  const notAfter = readTime(validity.next("notAfter"), "notAfter");
  const subject = readName(fields.next("the subject"));
  const spkiElement = fields.next("the public key");
  fields.optional(0x81);
  fields.optional(0x82);
  const extensions = fields.optional(0xa3);
  fields.done();
  if (extensions !== undefined && version === undefined) {
    throw new PkiError("certificate", "Cannot read the certificate: only version 3 has extensions");
  }

  const signatureAlgorithmIdentifier = readAlgorithm(algorithmElement, "a signature algorithm");
  const spki = spkiElement.raw.slice();
  return Object.freeze({
    der,
    fingerprint: hash("sha256", der, "hex"),
    subject,
    issuer,
    serialNumber,
    notBefore,
    notAfter,
    publicKey: readPublicKey(spkiElement),
    spki,
    spkiFingerprint: hash("sha256", spki, "hex"),
    signatureAlgorithm: signatureAlgorithmIdentifier.oid,
    signatureAlgorithmIdentifier,
    tbs: tbs.raw,
    signature,
    ...readExtensions(extensions?.only("the extensions")),
  });
}

/** Returns every certificate of a PEM text, in order. Refuses a text without any. */
export function certificatesFromPem(text: string): Certificate[] {
  const certificates = pemBlocks(text)
    .filter(({ label }) => label === "CERTIFICATE" || label === "X509 CERTIFICATE")
    .map(({ der }) => parseCertificate(der));
  if (certificates.length === 0) throw new PkiError("certificate", "Cannot read the PEM text: it holds no certificate");
  return certificates;
}

/** Returns the only certificate of a PEM text. */
export function certificateFromPem(text: string): Certificate {
  const [certificate, ...others] = certificatesFromPem(text);
  if (certificate === undefined || others.length > 0) {
    throw new PkiError("certificate", `Cannot read the PEM text: it holds ${others.length + 1} certificates, not one`);
  }
  return certificate;
}
