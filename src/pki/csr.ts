/**
 * Certification requests (PKCS#10, RFC 2986), read with their self-signature verified, and written.
 *
 * @module
 */
import type { KeyObject } from "node:crypto";
import { signatureScheme } from "./algorithms.ts";
import { readAttributes, singleValue } from "./attributes.ts";
import { Der, TAG } from "./der.ts";
import { readAlgorithm, readBitString, readText } from "./der_values.ts";
import * as write from "./der_writer.ts";
import { PkiError } from "./errors.ts";
import { type ExtensionFacts, readExtensions } from "./extensions.ts";
import { type GeneralName, writeGeneralNames } from "./general_name.ts";
import { spkiOf } from "./keys.ts";
import { signStructure } from "./sign_structure.ts";
import { type Name, readName, type SubjectInput, writeName } from "./name.ts";
import { OID } from "./oids.ts";
import { type PublicKey, readPublicKey } from "./public_key.ts";
import { verifySignature } from "./signature.ts";

/** A request whose signature was made by the key that it asks a certificate for. */
export type CertificationRequest = {
  readonly der: Uint8Array<ArrayBuffer>;
  readonly subject: Name;
  readonly spki: Uint8Array<ArrayBuffer>;
  /** How strong it must be is the caller's rule: see `bits` of RSA keys. */
  readonly publicKey: PublicKey;
  readonly challengePassword?: string;
  /** What the requester would like to have in the certificate; never to be copied unseen. */
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

/** What to ask for. */
export type CsrInput = {
  readonly subject: SubjectInput;
  readonly key: KeyObject;
  readonly attributes?: {
    readonly challengePassword?: string;
    readonly subjectAltNames?: readonly GeneralName[];
  };
};

/** Writes a request, signed by its own key. */
export function buildCsr({ subject, key, attributes = {} }: CsrInput): write.Bytes {
  const { challengePassword, subjectAltNames } = attributes;
  const attribute = (type: string, value: Uint8Array) => write.sequence(write.oid(type), write.setOf(value));
  const list: Uint8Array[] = [];
  if (challengePassword !== undefined) list.push(attribute(OID.challengePassword, challengeText(challengePassword)));
  if (subjectAltNames !== undefined && subjectAltNames.length > 0) {
    const names = write.sequence(write.oid(OID.subjectAltName), write.octets(writeGeneralNames(subjectAltNames)));
    list.push(attribute(OID.extensionRequest, write.sequence(names)));
  }
  const set = write.setOf(...list);
  set[0] = 0xa0;
  const info = write.sequence(write.integer(0), writeName(subject), spkiOf(key), set);
  const { algorithm, signature } = signStructure(key, info);
  return write.sequence(info, algorithm, signature);
}

/** PrintableString where it fits, since some old servers read nothing else (RFC 2985 section 5.4.1 prefers it). */
const challengeText = (text: string): Uint8Array =>
  /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text) ? write.printableString(text) : write.utf8String(text);
