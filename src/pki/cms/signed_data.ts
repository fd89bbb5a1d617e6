/**
 * The structure of CMS SignedData (RFC 5652 section 5), in DER and BER, and the check of one signer.
 *
 * @module
 */
import { digest, digestAlgorithm, type HashName, signatureScheme } from "../algorithms.ts";
import { type Attributes, readAttributes, singleValue } from "../attributes.ts";
import type { Certificate } from "../certificate.ts";
import { knownCertificate } from "../certificate_cache.ts";
import { Der, TAG } from "../der.ts";
import { type AlgorithmIdentifier, readAlgorithm, readIntegerHex, readOctets, readOid } from "../der_values.ts";
import { PkiError } from "../errors.ts";
import { readName, sameBytes, sameName } from "../name.ts";
import { OID } from "../oids.ts";
import { verifySignature } from "../signature.ts";

/** More signers or certificates than this only cost time. */
const MAX_SIGNERS = 16;
const MAX_CERTIFICATES = 64;

/** A SignerInfo, not yet verified. */
export type SignerInfo = {
  readonly issuerAndSerial?: { readonly issuer: Der; readonly serialNumber: string };
  readonly subjectKeyId?: string;
  readonly digestAlgorithm: AlgorithmIdentifier;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  /** The SET OF as it was signed. */
  readonly signedBytes?: Uint8Array;
  readonly signedAttributes?: Attributes;
};

/** A SignedData, not yet verified. `certificates` are the raw elements. */
export type SignedData = {
  readonly contentType: string;
  readonly content?: Uint8Array;
  readonly certificates: readonly Der[];
  readonly signers: readonly SignerInfo[];
};

/** A signer whose signature verified. */
export type VerifiedSigner = {
  readonly certificate: Certificate;
  /** The hash: `sha1`, `sha256`, `sha384` or `sha512`. */
  readonly digest: HashName;
  /** Whether attributes were signed rather than the content itself. */
  readonly signedAttributes: boolean;
  /** The bytes that the signature covers: the attributes, or the content. */
  readonly signed: Uint8Array;
};

/** Returns the content of a ContentInfo of the given type (RFC 5652 section 3). */
export function openContentInfo(cms: Uint8Array, type: string, what: string): Der {
  const fields = Der.parse(cms).fields("a CMS message");
  const found = readOid(fields.next("its content type"));
  if (found !== type) throw new PkiError("cms", `Cannot open the CMS message: its type is ${found}, not ${what}`);
  const content = fields.next("its content", 0xa0).only("a CMS message's content");
  fields.done();
  return content;
}

/** Reads SignedData. */
export function readSignedData(cms: Uint8Array): SignedData {
  const fields = openContentInfo(cms, OID.signedData, "SignedData").fields("SignedData");
  fields.next("its version", TAG.integer);
  fields.next("its digest algorithms", TAG.set);
  const encapsulated = fields.next("its content").fields("the signed content");
  const contentType = readOid(encapsulated.next("its type"));
  const explicit = encapsulated.optional(0xa0);
  encapsulated.done();
  const certificates = (fields.optional(0xa0)?.children() ?? []).filter((element) => element.is(TAG.sequence));
  fields.optional(0xa1);
  const signers = fields.next("its signers", TAG.set).children();
  fields.done();
  if (signers.length > MAX_SIGNERS || certificates.length > MAX_CERTIFICATES) {
    throw new PkiError("cms", `Cannot open the CMS message: it has too many signers or certificates`);
  }
  const content = explicit === undefined ? undefined : readOctets(explicit.only("the content"), "the signed content");
  return {
    contentType,
    ...(content === undefined ? {} : { content }),
    certificates,
    signers: signers.map(readSigner),
  };
}

function readSigner(element: Der): SignerInfo {
  const fields = element.fields("a signer");
  fields.next("its version", TAG.integer);
  const id = fields.next("its identifier");
  let who: Pick<SignerInfo, "issuerAndSerial" | "subjectKeyId">;
  if (id.is(TAG.sequence)) {
    const parts = id.fields("a signer's identifier");
    const issuer = parts.next("the issuer", TAG.sequence);
    who = { issuerAndSerial: { issuer, serialNumber: readIntegerHex(parts.next("the serial number")) } };
  } else {
    who = { subjectKeyId: readOctets(id, "a signer's key identifier", 0x80).toHex() };
  }
  const digestAlgorithm = readAlgorithm(fields.next("its digest algorithm"));
  const attributes = fields.optional(0xa0);
  const signatureAlgorithm = readAlgorithm(fields.next("its signature algorithm"));
  const signature = readOctets(fields.next("its signature"), "a signature");
  fields.optional(0xa1);
  fields.done();
  return {
    ...who,
    digestAlgorithm,
    signatureAlgorithm,
    signature,
    ...(attributes === undefined ? {} : {
      signedBytes: signedForm(attributes),
      signedAttributes: readAttributes(attributes),
    }),
  };
}

/** The signature covers the attributes as SET OF, not with the `[0]` in the message (section 5.4). */
function signedForm(attributes: Der): Uint8Array {
  if (attributes.indefinite) throw new PkiError("cms", "Cannot verify the signer: its signed attributes are not DER");
  const bytes = attributes.raw.slice();
  bytes[0] = TAG.set;
  return bytes;
}

/**
 * Verifies one signer over `content` and returns it (RFC 5652 section 5.6).
 *
 * With signed attributes, contentType and messageDigest must be present and match the content: the signature alone is
 * over the attributes only. The signing time never rejects, because clocks of devices are wrong.
 */
export function verifySigner(data: SignedData, signer: SignerInfo, content: Uint8Array): VerifiedSigner {
  const certificate = signerCertificate(data, signer);
  const hash = digestAlgorithm(signer.digestAlgorithm);
  const scheme = signatureScheme(signer.signatureAlgorithm, hash);
  let signed = content;
  if (signer.signedBytes !== undefined) {
    checkAttributes(data.contentType, signer.signedAttributes, digest(hash, content));
    signed = signer.signedBytes;
  } else {
    if (data.contentType !== OID.data) {
      throw new PkiError("cms", "Cannot verify the signer: content that is not plain data needs signed attributes");
    }
    refuseDisguisedAttributes(content);
  }
  if (!verifySignature(certificate, scheme, signed, signer.signature)) {
    throw new PkiError(
      "signature",
      `Cannot trust the CMS message: its signature is not one of "${certificate.subject}"`,
    );
  }
  return { certificate, digest: hash, signedAttributes: signer.signedBytes !== undefined, signed };
}

function checkAttributes(contentType: string, attributes: Attributes | undefined, hashed: Uint8Array): void {
  const type = singleValue(attributes, OID.contentType);
  const messageDigest = singleValue(attributes, OID.messageDigest);
  if (type === undefined || messageDigest === undefined) {
    throw new PkiError("cms", "Cannot verify the signer: its contentType or messageDigest attribute is missing");
  }
  if (readOid(type) !== contentType) {
    throw new PkiError("cms", "Cannot verify the signer: its contentType attribute names another type");
  }
  if (!sameBytes(readOctets(messageDigest, "messageDigest"), hashed)) {
    throw new PkiError("signature", "Cannot trust the CMS message: its content is not what was signed");
  }
}

/**
 * Refuses content that is itself a set of signed attributes.
 *
 * The attack: take a message with signed attributes, drop them, and offer their bytes as the content of a message without
 * any. The signature verifies, over content that its signer never meant to be content.
 */
function refuseDisguisedAttributes(content: Uint8Array): void {
  if (content[0] !== TAG.set) return;
  let attributes: Attributes;
  try {
    attributes = readAttributes(Der.parse(content));
  } catch {
    return;
  }
  if (attributes.has(OID.messageDigest)) {
    throw new PkiError("cms", "Cannot verify the signer: the content is another message's signed attributes");
  }
}

/** Returns the certificate of a signer, among those in the message. Throws {@link PkiError}. */
export function signerCertificate(data: SignedData, signer: SignerInfo): Certificate {
  const { issuerAndSerial, subjectKeyId } = signer;
  for (const element of data.certificates) {
    if (issuerAndSerial !== undefined) {
      if (!namesSigner(element, issuerAndSerial)) continue;
      return knownCertificate(element.raw);
    }
    const certificate = knownCertificate(element.raw);
    if (certificate.subjectKeyId === subjectKeyId) return certificate;
  }
  throw new PkiError("cms", "Cannot verify the signer: its certificate is not in the message");
}

/** Compares issuer and serial number without reading the whole certificate. */
function namesSigner(element: Der, { issuer, serialNumber }: { issuer: Der; serialNumber: string }): boolean {
  const fields = element.fields("a certificate").next("the certificate's body").fields("a certificate's body");
  fields.optional(0xa0);
  if (readIntegerHex(fields.next("the serial number")) !== serialNumber) return false;
  fields.next("the signature algorithm");
  const found = fields.next("the issuer");
  return sameBytes(found.raw, issuer.raw) || sameName(readName(found), readName(issuer));
}
