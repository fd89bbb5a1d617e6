/**
 * The recipient's side of CMS EnvelopedData for elliptic curve certificates (RFC 5753).
 *
 * @module
 */

import "reflect-metadata";
import * as asn1js from "asn1js";
import { createHash, createPublicKey, diffieHellman, type KeyObject } from "node:crypto";
import { Buffer } from "node:buffer";
import * as pkijs from "pkijs";
import type { Recipient } from "../../src/pki/cms/enveloped.ts";
import * as write from "../../src/pki/der_writer.ts";
import { PkiError } from "../../src/pki/errors.ts";

pkijs.setEngine("runtime", new pkijs.CryptoEngine({ name: "runtime", crypto, subtle: crypto.subtle }));

/** Hashes of dhSinglePass-stdDH (RFC 5753 section 7.1.4), and lengths of AES key wrap in bits (RFC 3565). */
const KDF_HASHES: Readonly<Record<string, string>> = {
  "1.3.133.16.840.63.0.2": "sha1",
  "1.3.132.1.11.0": "sha224",
  "1.3.132.1.11.1": "sha256",
  "1.3.132.1.11.2": "sha384",
  "1.3.132.1.11.3": "sha512",
};
const WRAP_BITS: Readonly<Record<string, number>> = {
  "2.16.840.1.101.3.4.1.5": 128,
  "2.16.840.1.101.3.4.1.25": 192,
  "2.16.840.1.101.3.4.1.45": 256,
};

/** Decrypts what was encrypted to an EC certificate. Throws {@link PkiError} with the code `decrypt`. */
export async function openForCurve(cms: Uint8Array, { key }: Recipient): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const parsed = asn1js.fromBER(Uint8Array.from(cms).buffer);
    const info = new pkijs.ContentInfo({ schema: parsed.result });
    const enveloped = new pkijs.EnvelopedData({ schema: info.content });
    const agreement = enveloped.recipientInfos.map(({ value }) => value)
      .find((value) => value instanceof pkijs.KeyAgreeRecipientInfo);
    const iv = enveloped.encryptedContentInfo.contentEncryptionAlgorithm.algorithmParams;
    const encrypted = enveloped.encryptedContentInfo.getEncryptedContent();
    if (agreement === undefined || !(iv instanceof asn1js.OctetString)) throw new Error("it has no key agreement");
    const contentKey = await unwrapKey(agreement, key);
    const parameters = { name: "AES-CBC", iv: new Uint8Array(iv.valueBlock.valueHexView) };
    return new Uint8Array(await crypto.subtle.decrypt(parameters, contentKey, encrypted));
  } catch (cause) {
    // One sentence for everything that can be wrong: the difference would be an oracle.
    throw new PkiError("decrypt", "Cannot open the envelope: it does not decrypt with this key", { cause });
  }
}

/** The content key of the first recipient: ECDH with the sender's ephemeral key, X9.63's derivation, AES unwrapping. */
async function unwrapKey(agreement: pkijs.KeyAgreeRecipientInfo, key: KeyObject): Promise<CryptoKey> {
  const { originator, ukm, keyEncryptionAlgorithm, recipientEncryptedKeys } = agreement;
  const wrap = new pkijs.AlgorithmIdentifier({ schema: keyEncryptionAlgorithm.algorithmParams });
  const hash = KDF_HASHES[keyEncryptionAlgorithm.algorithmId];
  const bits = WRAP_BITS[wrap.algorithmId];
  const [wrapped] = recipientEncryptedKeys.encryptedKeys;
  if (hash === undefined || bits === undefined || wrapped === undefined) throw new Error("an algorithm is not known");
  const shared = diffieHellman({ privateKey: key, publicKey: senderKey(originator, key) });
  const userMaterial = ukm === undefined ? undefined : new Uint8Array(ukm.valueBlock.valueHexView);
  for (const parameters of [[], [write.nil()]]) {
    const sharedInfo = write.sequence(
      write.sequence(write.oid(wrap.algorithmId), ...parameters),
      ...(userMaterial === undefined ? [] : [write.context(0, write.octets(userMaterial))]),
      write.context(2, write.octets(Uint8Array.of(0, 0, bits >> 8, bits & 0xff))),
    );
    const wrappingKey = await crypto.subtle.importKey(
      "raw",
      derive(hash, shared, sharedInfo, bits / 8),
      "AES-KW",
      false,
      [
        "unwrapKey",
      ],
    );
    const unwrapped = await crypto.subtle.unwrapKey(
      "raw",
      new Uint8Array(wrapped.encryptedKey.valueBlock.valueHexView),
      wrappingKey,
      "AES-KW",
      "AES-CBC",
      false,
      ["decrypt"],
    ).catch(() => undefined);
    // Some senders write NULL where RFC 3565 says absent, and derive from that.
    if (unwrapped !== undefined) return unwrapped;
  }
  throw new Error("the key does not unwrap");
}

/** The sender's public key; its curve is the recipient's, whatever it says. */
function senderKey(originator: unknown, key: KeyObject): KeyObject {
  const value: unknown = typeof originator === "object" && originator !== null
    ? Reflect.get(originator, "value")
    : undefined;
  if (!(value instanceof pkijs.OriginatorPublicKey)) throw new Error("the sender's key is not in the message");
  const own = createPublicKey(key).export({ type: "spki", format: "der" });
  const spki = new pkijs.PublicKeyInfo({ schema: asn1js.fromBER(Uint8Array.from(own).buffer).result });
  spki.subjectPublicKey = value.publicKey;
  return createPublicKey({ key: Buffer.from(spki.toSchema().toBER()), format: "der", type: "spki" });
}

/** The key derivation of ANSI X9.63 (SEC 1 section 3.6.1). */
function derive(hash: string, secret: Uint8Array, sharedInfo: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const blocks: Uint8Array[] = [];
  for (let counter = 1, made = 0; made < length; counter++) {
    const block = createHash(hash).update(secret).update(Uint8Array.of(0, 0, 0, counter)).update(sharedInfo).digest();
    blocks.push(block);
    made += block.length;
  }
  return Uint8Array.from(Buffer.concat(blocks)).slice(0, length);
}
