/**
 * Issues certificates: the authority's own, and those of devices. Never SHA-1, always version 3.
 *
 * @module
 */
import "reflect-metadata";
import { OctetString } from "@peculiar/asn1-schema";
import * as asn1 from "@peculiar/asn1-x509";
import * as x509 from "@peculiar/x509";
import { createHash, type KeyObject, randomBytes } from "node:crypto";
import type { Certificate } from "./certificate.ts";
import type { Bytes } from "./der_writer.ts";
import { PkiError } from "./errors.ts";
import type { KeyUsage } from "./extensions.ts";
import { alternativeNames, type GeneralName } from "./general_name.ts";
import { keyMatches, spkiOf } from "./keys.ts";
import { type SubjectInput, writeName } from "./name.ts";
import { derOf, nameOf, signatureOver, structureAlgorithm, structureOf } from "./sign_structure.ts";

/** An authority: its parsed certificate and its private key. */
export type Authority = { readonly certificate: Certificate; readonly key: KeyObject };

/** The content of an authority's own certificate. */
export type AuthorityInput = {
  /** Attributes, or the DER of a name. */
  readonly subject: SubjectInput | Uint8Array;
  readonly now: Date;
  readonly key: KeyObject;
  readonly years: number;
  /** The number of levels of authorities below it; none by default. */
  readonly pathLength?: number;
};

/** Returns a self-signed authority certificate, valid from 10 minutes before `now` (clocks differ). */
export function createAuthority({ subject, now, key, years, pathLength = 0 }: AuthorityInput): Bytes {
  const notAfter = new Date(now);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + years);
  const spki = spkiOf(key);
  const name = subject instanceof Uint8Array ? subject : writeName(subject);
  return signCertificate(key, {
    serial: randomSerial(),
    issuer: name,
    subject: name,
    notBefore: new Date(now.getTime() - 600_000),
    notAfter,
    spki,
    extensions: [
      new x509.BasicConstraintsExtension(true, pathLength, true),
      keyUsageExtension(["keyCertSign", "cRLSign"]),
      subjectKeyIdentifier(spki),
    ],
  });
}

/**
 * Returns an authority below another one, valid from 10 minutes before `now`; it may have none below it, and never
 * outlives its issuer.
 */
export function createIntermediate(
  issuer: Authority,
  { subject, now, key, years }: Omit<AuthorityInput, "pathLength">,
): Bytes {
  const { certificate } = issuer;
  if (!certificate.isCa || certificate.pathLength === 0 || !keyMatches(certificate, issuer.key)) {
    throw new PkiError("key", `Cannot issue as "${certificate.subject}": no authority may stand below it`);
  }
  const until = new Date(now);
  until.setUTCFullYear(until.getUTCFullYear() + years);
  const spki = spkiOf(key);
  return signCertificate(issuer.key, {
    serial: randomSerial(),
    issuer: certificate.subject.raw,
    subject: subject instanceof Uint8Array ? subject : writeName(subject),
    notBefore: new Date(now.getTime() - 600_000),
    notAfter: until > certificate.notAfter ? certificate.notAfter : until,
    spki,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      keyUsageExtension(["keyCertSign", "cRLSign"]),
      subjectKeyIdentifier(spki),
      authorityKeyIdentifier(certificate),
    ],
  });
}

/** Returns a serial number: 128 random bits, positive (RFC 5280 section 4.1.2.2). */
export function randomSerial(): Uint8Array {
  const bytes = Uint8Array.from(randomBytes(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}

/** The content of a certificate to issue. */
export type CertificateInput = {
  /** Attributes, or the DER of a Name from a request. */
  readonly subject: SubjectInput | Uint8Array;
  readonly spki: Uint8Array;
  /** Big-endian, read as positive; unique for the authority, which is the caller's care. */
  readonly serial: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly san?: readonly GeneralName[];
  /** Extended key usages, dotted. */
  readonly eku?: readonly string[];
  readonly keyUsage: readonly KeyUsage[];
};

/** Issues an end-entity certificate (never an authority's). It never outlives the authority. */
export function issueCertificate({ certificate, key }: Authority, input: CertificateInput): Bytes {
  if (!certificate.isCa || !keyMatches(certificate, key)) {
    throw new PkiError(
      "key",
      `Cannot issue as "${certificate.subject}": it is not a certificate authority, or the key is not its own`,
    );
  }
  if (input.keyUsage.includes("keyCertSign") || input.keyUsage.includes("cRLSign")) {
    throw new PkiError("certificate", "Cannot issue a certificate that may sign certificates");
  }
  const notAfter = input.notAfter > certificate.notAfter ? certificate.notAfter : input.notAfter;
  if (notAfter <= input.notBefore) {
    throw new PkiError("certificate", "Cannot issue the certificate: it would expire before it becomes valid");
  }
  const { san = [], eku = [] } = input;
  const subject = input.subject instanceof Uint8Array ? input.subject : writeName(input.subject);
  // RFC 5280 section 4.1.2.6: alternative names are critical where they are all that there is. An empty name has two bytes.
  const alone = subject.length === 2;
  return signCertificate(key, {
    serial: input.serial,
    issuer: certificate.subject.raw,
    subject,
    notBefore: input.notBefore,
    notAfter,
    spki: input.spki,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      keyUsageExtension(input.keyUsage),
      ...(eku.length === 0 ? [] : [new x509.ExtendedKeyUsageExtension([...eku])]),
      ...(san.length === 0 ? [] : [alternativeNames(san, alone)]),
      subjectKeyIdentifier(input.spki),
      authorityKeyIdentifier(certificate),
    ],
  });
}

/**
 * Returns a self-signed end-entity certificate of a key that others encrypt to. It is no anchor: who uses it pins it.
 */
export function createSelfSigned(
  { subject, key, notBefore, notAfter }: { subject: SubjectInput; key: KeyObject; notBefore: Date; notAfter: Date },
): Bytes {
  const spki = spkiOf(key);
  const name = writeName(subject);
  return signCertificate(key, {
    serial: randomSerial(),
    issuer: name,
    subject: name,
    notBefore,
    notAfter,
    spki,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      keyUsageExtension(["digitalSignature", "keyEncipherment"]),
      subjectKeyIdentifier(spki),
    ],
  });
}

/** The signed content: names and keys as DER. */
type Body = {
  readonly serial: Uint8Array;
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly spki: Uint8Array;
  readonly extensions: readonly x509.Extension[];
};

/** Signs a certificate with these fields; the algorithm is the key's. */
export function signCertificate(key: KeyObject, body: Body): Bytes {
  const { algorithm } = structureAlgorithm(key);
  const tbsCertificate = new asn1.TBSCertificate({
    version: asn1.Version.v3,
    serialNumber: positive(body.serial),
    signature: algorithm,
    issuer: nameOf(body.issuer),
    validity: new asn1.Validity({ notBefore: body.notBefore, notAfter: body.notAfter }),
    subject: nameOf(body.subject),
    subjectPublicKeyInfo: structureOf(body.spki, asn1.SubjectPublicKeyInfo),
    extensions: new asn1.Extensions(body.extensions.map(extensionOf)),
  });
  return derOf(
    new asn1.Certificate({
      tbsCertificate,
      signatureAlgorithm: algorithm,
      signatureValue: signatureOver(key, tbsCertificate),
    }),
  );
}

const extensionOf = ({ type, critical, value }: x509.Extension): asn1.Extension =>
  new asn1.Extension({ extnID: type, critical, extnValue: new OctetString(value) });

/** Big-endian bytes in the DER form of a non-negative INTEGER: the library writes its input unchanged. */
function positive(bytes: Uint8Array): ArrayBuffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? [0] : [...bytes.subarray(first)];
  return Uint8Array.from((digits[0] ?? 0) < 0x80 ? digits : [0, ...digits]).buffer;
}

/** Returns the key usage extension, critical. */
export const keyUsageExtension = (usages: readonly KeyUsage[]): x509.Extension =>
  new x509.KeyUsagesExtension(usages.reduce((flags, usage) => flags | x509.KeyUsageFlags[usage], 0), true);

const subjectKeyIdentifier = (spki: Uint8Array): x509.Extension =>
  new x509.SubjectKeyIdentifierExtension(keyIdentifier(spki));

const authorityKeyIdentifier = (issuer: Certificate): x509.Extension =>
  new x509.AuthorityKeyIdentifierExtension(issuer.subjectKeyId ?? keyIdentifier(issuer.spki));

/** RFC 5280 section 4.2.1.2, method 1: SHA-1 of the key's bits, in hexadecimal. A name for the key, not a protection. */
function keyIdentifier(spki: Uint8Array): string {
  const { subjectPublicKey } = structureOf(spki, asn1.SubjectPublicKeyInfo);
  return createHash("sha1").update(new Uint8Array(subjectPublicKey)).digest("hex");
}
