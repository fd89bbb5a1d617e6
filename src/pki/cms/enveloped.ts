/**
 * CMS EnvelopedData (RFC 5652 section 6): content that is encrypted to the holder of an RSA certificate, as SCEP requests,
 * escrowed FileVault keys and Apple's server tokens are.
 *
 * @module
 */
import { constants, createPublicKey, type KeyObject, privateDecrypt, publicEncrypt, randomBytes } from "node:crypto";
import { digestAlgorithm, type HashName } from "../algorithms.ts";
import { type Certificate, parseCertificate } from "../certificate.ts";
import { Der, TAG } from "../der.ts";
import { type AlgorithmIdentifier, readAlgorithm, readIntegerHex, readOctets } from "../der_values.ts";
import * as write from "../der_writer.ts";
import { PkiError } from "../errors.ts";
import { readName, sameName } from "../name.ts";
import { OID } from "../oids.ts";
import { cipherByOid, CONTENT_CIPHERS, type ContentCipher, decryptCbc, encryptCbc } from "./ciphers.ts";
import { openContentInfo } from "./signed_data.ts";

export type { ContentCipher } from "./ciphers.ts";

/** Whose envelope it is: a parsed certificate and its private key. */
export type Recipient = { readonly certificate: Certificate; readonly key: KeyObject };

type KeyTransport = {
  readonly issuer?: Der;
  readonly serialNumber?: string;
  readonly subjectKeyId?: string;
  readonly algorithm: AlgorithmIdentifier;
  readonly encryptedKey: Uint8Array;
};

type EnvelopedData = {
  readonly recipients: readonly KeyTransport[];
  readonly cipher: ContentCipher;
  readonly iv: Uint8Array;
  readonly content: Uint8Array;
};

const MAX_RECIPIENTS = 32;

function readEnvelopedData(cms: Uint8Array): EnvelopedData {
  const fields = openContentInfo(cms, OID.envelopedData, "EnvelopedData").fields("EnvelopedData");
  fields.next("its version", TAG.integer);
  fields.optional(0xa0);
  const infos = fields.next("its recipients", TAG.set).children();
  if (infos.length > MAX_RECIPIENTS) throw new PkiError("cms", "Cannot open the envelope: it has too many recipients");
  // Other kinds than key transport (key agreement, passwords) are not for us and are skipped.
  const recipients = infos.filter((info) => info.is(TAG.sequence)).map(readKeyTransport);
  const encrypted = fields.next("its content").fields("the encrypted content");
  encrypted.next("its type", TAG.oid);
  const { oid, parameters } = readAlgorithm(encrypted.next("its cipher"));
  const body = encrypted.next("the bytes");
  encrypted.done();
  const cipher = cipherByOid(oid);
  if (cipher === undefined) throw new PkiError("unsupported", `Cannot open the envelope: its cipher is ${oid}`);
  if (parameters === undefined) throw new PkiError("cms", "Cannot open the envelope: it has no initialisation vector");
  return {
    recipients,
    cipher,
    iv: readOctets(parameters, "an initialisation vector"),
    content: readOctets(body, "the encrypted bytes", 0x80),
  };
}

function readKeyTransport(element: Der): KeyTransport {
  const fields = element.fields("a recipient");
  fields.next("its version", TAG.integer);
  const id = fields.next("its identifier");
  const algorithm = readAlgorithm(fields.next("its key encryption"));
  const encryptedKey = readOctets(fields.next("its encrypted key"), "an encrypted key");
  if (!id.is(TAG.sequence)) {
    return { subjectKeyId: readOctets(id, "a recipient's key identifier", 0x80).toHex(), algorithm, encryptedKey };
  }
  const parts = id.fields("a recipient's identifier");
  const issuer = parts.next("the issuer", TAG.sequence);
  return { issuer, serialNumber: readIntegerHex(parts.next("the serial number")), algorithm, encryptedKey };
}

/** Returns the cipher that an envelope's content is encrypted with. Reads the structure only. */
export function cipherOf(cms: Uint8Array): ContentCipher {
  return readEnvelopedData(cms).cipher;
}

/**
 * Returns the content of an envelope that is addressed to `certificate`.
 *
 * Takes RSAES-PKCS1-v1_5 and RSAES-OAEP key transport; AES-128, -192, -256, 3DES and DES in CBC mode; DER and BER.
 * Throws {@link PkiError}: `asn1`, `cms` or `unsupported` for errors that anyone can see in the bytes, and otherwise
 * always the same `decrypt`. A wrong key may also return garbage instead of an error: CBC has no authentication.
 */
export function openEnveloped(cms: Uint8Array, { certificate, key }: Recipient): Uint8Array {
  const data = readEnvelopedData(cms);
  const recipient = data.recipients.find((one) => isFor(one, certificate));
  if (recipient === undefined) {
    throw new PkiError("cms", `Cannot open the envelope: it is not addressed to "${certificate.subject}"`);
  }
  const { oid, keyLength } = CONTENT_CIPHERS[data.cipher];
  const contentKey = openKey(recipient, key, keyLength);
  const plain = decryptCbc(oid, contentKey, data.iv, data.content);
  if (plain === undefined) throw new PkiError("decrypt", "Cannot open the envelope: it does not decrypt");
  return plain;
}

function isFor(recipient: KeyTransport, certificate: Certificate): boolean {
  if (recipient.issuer === undefined) return recipient.subjectKeyId === certificate.subjectKeyId;
  return recipient.serialNumber === certificate.serialNumber &&
    sameName(readName(recipient.issuer), certificate.issuer);
}

/**
 * Returns the content key, or random bytes of its length if the transport does not decrypt to one.
 *
 * A distinguishable answer would be Bleichenbacher's oracle: with some million answers of "padding good" or "bad" an
 * attacker decrypts any message to our key. So the padding is removed here, in one pass without branches, and a message
 * with wrong padding continues with a random key and fails where every wrong key fails (RFC 3218 section 2.3.2).
 */
function openKey(recipient: KeyTransport, key: KeyObject, length: number): Uint8Array {
  const random = randomBytes(length);
  const { oid, parameters } = recipient.algorithm;
  if (oid === OID.rsaesOaep) return oaepKey(recipient.encryptedKey, key, length, parameters) ?? random;
  if (oid !== OID.rsaEncryption) {
    throw new PkiError("unsupported", `Cannot open the envelope: its key encryption is ${oid}`);
  }
  const block = rawDecrypt(recipient.encryptedKey, key);
  if (block === undefined || block.length < length + 11) return random;
  const separator = block.length - length - 1;
  let wrong = (block[0] ?? 1) | ((block[1] ?? 0) ^ 2) | (block[separator] ?? 1);
  // For each byte of the padding: 1 when it is zero, else 0.
  for (let i = 2; i < separator; i++) wrong |= (((block[i] ?? 0) - 1) >> 8) & 1;
  const keep = ((wrong - 1) >> 8) & 0xff;
  return random.map((byte, i) => ((block[separator + 1 + i] ?? 0) & keep) | (byte & ~keep));
}

function rawDecrypt(encrypted: Uint8Array, key: KeyObject): Uint8Array | undefined {
  try {
    return privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, encrypted);
  } catch {
    // Only for errors that anyone can compute: a wrong length, or a number that is not below the modulus.
    return undefined;
  }
}

/** RFC 8017 appendix A.2.1; one hash for both uses, which is all that node:crypto can do and all that is seen. */
function oaepKey(
  encrypted: Uint8Array,
  key: KeyObject,
  length: number,
  parameters: Der | undefined,
): Uint8Array | undefined {
  let oaepHash: HashName = "sha1";
  let mgfHash: HashName = "sha1";
  for (const part of parameters?.children() ?? []) {
    if (part.is(0xa0)) oaepHash = digestAlgorithm(readAlgorithm(part.only("a hash")));
    if (part.is(0xa1)) {
      const mgf = readAlgorithm(part.only("a mask generation function"));
      if (mgf.parameters !== undefined) mgfHash = digestAlgorithm(readAlgorithm(mgf.parameters));
    }
  }
  if (oaepHash !== mgfHash) {
    throw new PkiError("unsupported", "Cannot open the envelope: its OAEP uses two different hashes");
  }
  try {
    const opened = privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, encrypted);
    return opened.length === length ? opened : undefined;
  } catch {
    return undefined;
  }
}

/** How {@link sealEnveloped} encrypts. */
export type SealOptions = { readonly cipher: Exclude<ContentCipher, "aes-192-cbc"> };

/** Encrypts `content` to the holder of an RSA certificate: EnvelopedData with RSAES-PKCS1-v1_5 key transport. */
export function sealEnveloped(content: Uint8Array, recipientCertificate: Uint8Array, { cipher }: SealOptions) {
  const certificate = parseCertificate(recipientCertificate);
  if (certificate.publicKey.kind !== "rsa") {
    throw new PkiError("unsupported", `Cannot encrypt to "${certificate.subject}": its key is not RSA`);
  }
  const { oid, keyLength, blockLength } = CONTENT_CIPHERS[cipher];
  const contentKey = randomBytes(keyLength);
  const iv = randomBytes(blockLength);
  const publicKey = createPublicKey({ key: Buffer.from(certificate.spki), format: "der", type: "spki" });
  const encryptedKey = publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, contentKey);
  const enveloped = write.sequence(
    write.integer(0),
    write.setOf(write.sequence(
      write.integer(0),
      write.sequence(certificate.issuer.raw, write.integer(Uint8Array.fromHex(certificate.serialNumber))),
      write.algorithm(OID.rsaEncryption, write.nil()),
      write.octets(encryptedKey),
    )),
    write.sequence(
      write.oid(OID.data),
      write.algorithm(oid, write.octets(iv)),
      write.contextPrimitive(0, encryptCbc(cipher, contentKey, iv, content)),
    ),
  );
  return write.sequence(write.oid(OID.envelopedData), write.context(0, enveloped));
}
