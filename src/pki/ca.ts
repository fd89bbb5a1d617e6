/**
 * Issues certificates: the authority's own, and those of devices. Never SHA-1, always version 3.
 *
 * @module
 */
import { createHash, type KeyObject, randomBytes } from "node:crypto";
import type { Certificate } from "./certificate.ts";
import { Der } from "./der.ts";
import { readBitString } from "./der_values.ts";
import * as write from "./der_writer.ts";
import { PkiError } from "./errors.ts";
import { KEY_USAGES, type KeyUsage } from "./extensions.ts";
import { type GeneralName, writeGeneralNames } from "./general_name.ts";
import { keyMatches, spkiOf } from "./keys.ts";
import { type SubjectInput, writeName } from "./name.ts";
import { OID } from "./oids.ts";
import { signStructure, structureAlgorithm } from "./sign_structure.ts";

/** An authority: its parsed certificate and its private key. */
export type Authority = { readonly certificate: Certificate; readonly key: KeyObject };

/** What an authority's own certificate says. */
export type AuthorityInput = {
  /** Attributes, or the DER of a name. */
  readonly subject: SubjectInput | Uint8Array;
  readonly now: Date;
  readonly key: KeyObject;
  readonly years: number;
  /** How many authorities may stand below; none by default. */
  readonly pathLength?: number;
};

/** A self-signed authority certificate, valid from 10 minutes before `now` (clocks differ). */
export function createAuthority({ subject, now, key, years, pathLength = 0 }: AuthorityInput): write.Bytes {
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
      extension(OID.basicConstraints, true, write.sequence(write.boolean(true), write.integer(pathLength))),
      keyUsageExtension(["keyCertSign", "cRLSign"]),
      extension(OID.subjectKeyIdentifier, false, write.octets(keyIdentifier(spki))),
    ],
  });
}

/** An authority below another one, valid from 10 minutes before `now`; none may stand below it, and it never outlives the other. */
export function createIntermediate(
  issuer: Authority,
  { subject, now, key, years }: Omit<AuthorityInput, "pathLength">,
): write.Bytes {
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
      extension(OID.basicConstraints, true, write.sequence(write.boolean(true), write.integer(0))),
      keyUsageExtension(["keyCertSign", "cRLSign"]),
      extension(OID.subjectKeyIdentifier, false, write.octets(keyIdentifier(spki))),
      authorityKeyIdentifier(certificate),
    ],
  });
}

/** A serial number: 128 random bits, positive (RFC 5280 section 4.1.2.2). */
export function randomSerial(): Uint8Array {
  const bytes = Uint8Array.from(randomBytes(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}

/** What a certificate that is issued shall say. */
export type CertificateInput = {
  /** Attributes, or the DER of a Name as it stands in a request. */
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
export function issueCertificate({ certificate, key }: Authority, input: CertificateInput): write.Bytes {
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
      extension(OID.basicConstraints, true, write.sequence()),
      keyUsageExtension(input.keyUsage),
      ...(eku.length === 0 ? [] : [extension(OID.extendedKeyUsage, false, write.sequence(...eku.map(write.oid)))]),
      ...(san.length === 0 ? [] : [extension(OID.subjectAltName, alone, writeGeneralNames(san))]),
      extension(OID.subjectKeyIdentifier, false, write.octets(keyIdentifier(input.spki))),
      authorityKeyIdentifier(certificate),
    ],
  });
}

/** What is signed: names and keys as DER. */
type Body = {
  readonly serial: Uint8Array;
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly spki: Uint8Array;
  readonly extensions: readonly Uint8Array[];
};

/** Signs a certificate with these fields; the algorithm is the key's. */
export function signCertificate(key: KeyObject, body: Body): write.Bytes {
  const { algorithm } = structureAlgorithm(key);
  const tbs = write.sequence(
    write.context(0, write.integer(2)),
    write.integer(body.serial),
    algorithm,
    body.issuer,
    write.sequence(write.time(body.notBefore), write.time(body.notAfter)),
    body.subject,
    body.spki,
    write.context(3, write.sequence(...body.extensions)),
  );
  return write.sequence(tbs, algorithm, signStructure(key, tbs).signature);
}

const extension = (type: string, critical: boolean, value: Uint8Array): Uint8Array =>
  write.sequence(write.oid(type), ...(critical ? [write.boolean(true)] : []), write.octets(value));

/** The extension that says what a key is for, critical. */
export const keyUsageExtension = (usages: readonly KeyUsage[]): Uint8Array =>
  extension(OID.keyUsage, true, write.namedBits(usages.map((usage) => KEY_USAGES.indexOf(usage))));

function authorityKeyIdentifier(issuer: Certificate): Uint8Array {
  const id = issuer.subjectKeyId === undefined ? keyIdentifier(issuer.spki) : Uint8Array.fromHex(issuer.subjectKeyId);
  return extension(OID.authorityKeyIdentifier, false, write.sequence(write.contextPrimitive(0, id)));
}

/** RFC 5280 section 4.2.1.2, method 1: SHA-1 of the key's bits. A name for the key, not a protection. */
function keyIdentifier(spki: Uint8Array): Uint8Array {
  const fields = Der.parse(spki).fields("a public key");
  fields.next("the algorithm");
  return createHash("sha1").update(readBitString(fields.next("the key"))).digest();
}
