/**
 * Certification requests (PKCS#10, RFC 2986), read with their self-signature verified, and written.
 *
 * @module
 */
import "reflect-metadata";
import * as pkcs10 from "@peculiar/asn1-csr";
import { AsnConvert } from "@peculiar/asn1-schema";
import * as asn1 from "@peculiar/asn1-x509";
import * as x509 from "@peculiar/x509";
import type { KeyObject } from "node:crypto";
import { signatureScheme } from "./algorithms.ts";
import { readAttributes, singleValue } from "./attributes.ts";
import type { Sign } from "./cms/signed.ts";
import { Der, TAG } from "./der.ts";
import { readAlgorithm, readBitString, readText } from "./der_values.ts";
import type { Bytes } from "./der_writer.ts";
import { PkiError } from "./errors.ts";
import { type ExtensionFacts, readExtensions } from "./extensions.ts";
import { alternativeNames, type GeneralName } from "./general_name.ts";
import { spkiOf } from "./keys.ts";
import { derOf, nameOf, signatureOver, structureAlgorithm, structureOf } from "./sign_structure.ts";
import { type Name, readName, type SubjectInput, writeName } from "./name.ts";
import { OID } from "./oids.ts";
import { type PublicKey, readPublicKey } from "./public_key.ts";
import { verifySignature } from "./signature.ts";

/** A request signed by the key that it requests a certificate for. */
export type CertificationRequest = {
  readonly der: Uint8Array<ArrayBuffer>;
  readonly subject: Name;
  readonly spki: Uint8Array<ArrayBuffer>;
  /** How strong it must be is the caller's rule: see `bits` of RSA keys. */
  readonly publicKey: PublicKey;
  readonly challengePassword?: string;
  /** The names and extensions that the requester asks for; never to be copied unchecked. */
  readonly extensions: ExtensionFacts;
};

/** Reads a request and verifies that it is signed by its own key (proof of possession). */
export function parseCsr(bytes: Uint8Array): CertificationRequest {
  const der = bytes.slice();
  const outer = Der.parse(der).fields("a certification request");
  const info = outer.next("its body");
  const algorithm = readAlgorithm(outer.next("its signature algorithm"));
  const signature = readBitString(outer.next("its signature"), "a request's signature");
  outer.done();
  const fields = info.fields("a certification request's body");
  fields.next("its version", TAG.integer);
  const subject = readName(fields.next("the subject"));
  const spkiElement = fields.next("the public key");
  const attributesElement = fields.optional(0xa0);
  fields.done();
  const spki = spkiElement.raw.slice();
  const publicKey = readPublicKey(spkiElement);
  if (!verifySignature({ publicKey, spki }, signatureScheme(algorithm), info.raw, signature)) {
    throw new PkiError("csr", `Cannot take the certification request of "${subject}": it is not signed by its own key`);
  }
  const attributes = attributesElement === undefined ? undefined : readAttributes(attributesElement);
  const password = singleValue(attributes, OID.challengePassword);
  const challengePassword = password === undefined ? undefined : readText(password);
  return {
    der,
    subject,
    spki,
    publicKey,
    ...(challengePassword === undefined ? {} : { challengePassword }),
    extensions: readExtensions(singleValue(attributes, OID.extensionRequest)),
  };
}

/** The content of a request. */
export type CsrInput = {
  readonly subject: SubjectInput;
  readonly key: KeyObject;
  readonly attributes?: {
    readonly challengePassword?: string;
    readonly subjectAltNames?: readonly GeneralName[];
  };
  /** Makes the signature; `node:crypto` by default. */
  readonly sign?: Sign;
};

/** Writes a request, signed by its own key. */
export function buildCsr({ subject, key, attributes = {}, sign }: CsrInput): Bytes {
  const { challengePassword, subjectAltNames = [] } = attributes;
  const list: x509.Attribute[] = [];
  if (challengePassword !== undefined) {
    list.push(new x509.Attribute(OID.challengePassword, [derOf(challengeText(challengePassword))]));
  }
  if (subjectAltNames.length > 0) list.push(new x509.ExtensionsAttribute([alternativeNames(subjectAltNames)]));
  // A SET OF is sorted in DER, which is left to the caller.
  list.sort((a, b) => Buffer.compare(new Uint8Array(a.rawData), new Uint8Array(b.rawData)));
  const certificationRequestInfo = new pkcs10.CertificationRequestInfo({
    subject: nameOf(writeName(subject)),
    subjectPKInfo: structureOf(spkiOf(key), asn1.SubjectPublicKeyInfo),
    attributes: new pkcs10.Attributes(list.map(({ rawData }) => AsnConvert.parse(rawData, asn1.Attribute))),
  });
  return derOf(
    new pkcs10.CertificationRequest({
      certificationRequestInfo,
      signatureAlgorithm: structureAlgorithm(key).algorithm,
      signature: signatureOver(key, certificationRequestInfo, sign),
    }),
  );
}

/**
 * PrintableString where possible, since some old servers read nothing else (RFC 2985 section 5.4.1 prefers it, for 255
 * characters; the library falls over very long ones).
 */
const challengeText = (text: string): asn1.DirectoryString =>
  new asn1.DirectoryString(
    /^[A-Za-z0-9 '()+,\-./:=?]{0,255}$/.test(text) ? { printableString: text } : { utf8String: text },
  );
