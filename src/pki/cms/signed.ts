/**
 * CMS SignedData: opened with its content, and written (profiles, SCEP answers).
 *
 * @module
 */
import { KeyObject, sign as nodeSign } from "node:crypto";
import { digest, ecdsaSignatureOid, HASH_OIDS, type HashName, rsaSignatureOid } from "../algorithms.ts";
import { type Certificate, parseCertificate } from "../certificate.ts";
import * as write from "../der_writer.ts";
import { PkiError } from "../errors.ts";
import { keyMatches } from "../keys.ts";
import { OID } from "../oids.ts";
import { readSignedData, type VerifiedSigner, verifySigner } from "./signed_data.ts";

/** The signer: a DER certificate, its private key, and the certificates to include. */
export type Identity = {
  readonly certificate: Uint8Array;
  readonly key: KeyObject | CryptoKey;
  readonly chain?: readonly Uint8Array[];
};

/** An opened message: `content` was signed by all `signers`; `certificates` are all in the message. */
export type OpenedSigned = {
  readonly content: Uint8Array;
  readonly contentType: string;
  readonly signers: readonly VerifiedSigner[];
  readonly certificates: readonly Certificate[];
};

/**
 * Opens SignedData with attached content and verifies every signer's signature. No signer at all is refused.
 *
 * Trust is not checked: the caller checks the chain of `signers[n].certificate`.
 */
export function openSigned(cms: Uint8Array): OpenedSigned {
  const data = readSignedData(cms);
  const { content, contentType } = data;
  if (content === undefined) throw new PkiError("cms", "Cannot open the CMS message: it has no content");
  if (data.signers.length === 0) throw new PkiError("cms", "Cannot open the CMS message: it is not signed");
  const signers = data.signers.map((signer) => verifySigner(data, signer, content));
  return { content, contentType, signers, certificates: data.certificates.map(({ raw }) => parseCertificate(raw)) };
}

/** Returns the certificates of a SignedData, in order, without verifying anything (certs-only messages). */
export function certificatesOf(cms: Uint8Array): Certificate[] {
  return readSignedData(cms).certificates.map(({ raw }) => parseCertificate(raw));
}

/** Returns a degenerate, certs-only SignedData (RFC 5652 section 5.2), as SCEP's GetCACert answers. */
export function degenerate(certificates: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const signedData = write.sequence(
    write.integer(1),
    write.setOf(),
    write.sequence(write.oid(OID.data)),
    write.context(0, ...certificates),
    write.setOf(),
  );
  return write.sequence(write.oid(OID.signedData), write.context(0, signedData));
}

/** An attribute to sign: its dotted type and the DER of its value. */
export type SignedAttribute = readonly [type: string, value: Uint8Array];

/** The options of {@link signAttached}; the defaults are right for profiles. */
export type SignOptions = {
  readonly digest?: HashName;
  /** Attributes beside contentType and messageDigest. */
  readonly attributes?: readonly SignedAttribute[];
  /** Adds signingTime; the clock is the caller's. */
  readonly signingTime?: Date;
  /** Some SCEP clients read only `rsaEncryption` as the signature algorithm of an RSA signature. */
  readonly plainRsaAlgorithm?: boolean;
  /** Leaves the content out, as a SCEP failure does. */
  readonly withoutContent?: boolean;
  /** Makes the signature; `node:crypto` by default. */
  readonly sign?: Sign;
};

/** Signs `content` and includes it: DER, SHA-256 and signed attributes unless the options say otherwise. */
export function signAttached(
  content: Uint8Array,
  identity: Identity,
  options: SignOptions = {},
): Uint8Array<ArrayBuffer> {
  const hash = options.digest ?? "sha256";
  const attributes: SignedAttribute[] = [
    [OID.contentType, write.oid(OID.data)],
    [OID.messageDigest, write.octets(digest(hash, content))],
    ...(options.signingTime === undefined ? [] : [[OID.signingTime, write.time(options.signingTime)] as const]),
    ...(options.attributes ?? []),
  ];
  const signer = signerInfo(content, identity, hash, attributes, options.plainRsaAlgorithm ?? false, options.sign);
  return options.withoutContent
    ? contentInfo(hash, identity, signer)
    : contentInfo(hash, identity, signer, write.context(0, write.octets(content)));
}

/** SignedData of one signer as a message, with its content where that is carried. */
export function contentInfo(
  hash: HashName,
  identity: Identity,
  signer: Uint8Array,
  ...content: readonly Uint8Array[]
): Uint8Array<ArrayBuffer> {
  const signedData = write.sequence(
    write.integer(1),
    write.setOf(write.algorithm(HASH_OIDS[hash], write.nil())),
    write.sequence(write.oid(OID.data), ...content),
    write.context(0, identity.certificate, ...(identity.chain ?? [])),
    write.setOf(signer),
  );
  return write.sequence(write.oid(OID.signedData), write.context(0, signedData));
}

/** Makes a signature as `sign` of `node:crypto` does: PKCS #1 v1.5 with an RSA key. */
export type Sign = (hash: HashName, content: Uint8Array, key: KeyObject) => Uint8Array;

/** Returns the statement of one signer: over the content itself, or over attributes that contain its digest. */
export function signerInfo(
  content: Uint8Array,
  { certificate: der, key }: Identity,
  hash: HashName,
  attributes: readonly SignedAttribute[] | undefined,
  plainRsaAlgorithm: boolean,
  sign: Sign = nodeSign,
): Uint8Array {
  const certificate = parseCertificate(der);
  const privateKey = key instanceof KeyObject ? key : KeyObject.from(key);
  const rsa = privateKey.asymmetricKeyType === "rsa";
  if (!keyMatches(certificate, privateKey)) {
    throw new PkiError("key", `Cannot sign as "${certificate.subject}": the private key is not the certificate's`);
  }
  const set = attributes === undefined
    ? undefined
    : write.setOf(...attributes.map(([type, value]) => write.sequence(write.oid(type), write.setOf(value))));
  const tagged = set?.slice();
  if (tagged !== undefined) tagged[0] = 0xa0;
  const algorithm = !rsa
    ? write.algorithm(ecdsaSignatureOid(hash))
    : write.algorithm(plainRsaAlgorithm ? OID.rsaEncryption : rsaSignatureOid(hash), write.nil());
  return write.sequence(
    write.integer(1),
    write.sequence(certificate.issuer.raw, write.integer(Uint8Array.fromHex(certificate.serialNumber))),
    write.algorithm(HASH_OIDS[hash], write.nil()),
    ...(tagged === undefined ? [] : [tagged]),
    algorithm,
    write.octets(sign(hash, set ?? content, privateKey)),
  );
}
