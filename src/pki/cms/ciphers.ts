/**
 * The content ciphers of CMS, by their object identifier: AES, 3DES and single DES, all in CBC mode with the padding of
 * RFC 5652 section 6.3.
 *
 * Single DES and AES-192-CBC are not in the runtime: the first is 3DES with one key three times, the second is CBC by
 * hand over AES-192-ECB.
 *
 * @module
 */
import { createCipheriv, createDecipheriv } from "node:crypto";
import { OID } from "../oids.ts";

/** The ciphers by name, strongest first. */
export const CONTENT_CIPHERS = {
  "aes-256-cbc": { oid: OID.aes256Cbc, keyLength: 32, blockLength: 16 },
  "aes-192-cbc": { oid: OID.aes192Cbc, keyLength: 24, blockLength: 16 },
  "aes-128-cbc": { oid: OID.aes128Cbc, keyLength: 16, blockLength: 16 },
  "des-ede3-cbc": { oid: OID.desEde3Cbc, keyLength: 24, blockLength: 8 },
  "des-cbc": { oid: OID.desCbc, keyLength: 8, blockLength: 8 },
} as const;

/** The name of a content cipher. */
export type ContentCipher = keyof typeof CONTENT_CIPHERS;

const BY_OID: ReadonlyMap<string, ContentCipher> = new Map<string, ContentCipher>([
  [OID.aes256Cbc, "aes-256-cbc"],
  [OID.aes192Cbc, "aes-192-cbc"],
  [OID.aes128Cbc, "aes-128-cbc"],
  [OID.desEde3Cbc, "des-ede3-cbc"],
  [OID.desCbc, "des-cbc"],
]);

/** Returns the name of the cipher with that object identifier, or undefined. */
export const cipherByOid = (oid: string): ContentCipher | undefined => BY_OID.get(oid);

const forRuntime = (cipher: ContentCipher, key: Uint8Array): [name: string, key: Uint8Array] =>
  cipher === "des-cbc" ? ["des-ede3-cbc", Uint8Array.from([...key, ...key, ...key])] : [cipher, key];

/**
 * Returns the plaintext, or undefined if anything does not match: cipher, key, vector, length or padding. One answer
 * for all, so that an attacker cannot tell which (padding oracles).
 */
export function decryptCbc(oid: string, key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array | undefined {
  const cipher = cipherByOid(oid);
  if (cipher === undefined) return undefined;
  const { keyLength, blockLength } = CONTENT_CIPHERS[cipher];
  if (key.length !== keyLength || iv.length !== blockLength) return undefined;
  if (data.length === 0 || data.length % blockLength !== 0) return undefined;
  const plain = cipher === "aes-192-cbc" ? decryptAes192(key, iv, data) : decryptRuntime(cipher, key, iv, data);
  return unpad(plain, blockLength);
}

function decryptRuntime(cipher: ContentCipher, key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
  const [name, runtimeKey] = forRuntime(cipher, key);
  const decipher = createDecipheriv(name, runtimeKey, iv).setAutoPadding(false);
  return Buffer.concat([decipher.update(data), decipher.final()]);
}

function decryptAes192(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
  const decipher = createDecipheriv("aes-192-ecb", key, null).setAutoPadding(false);
  const blocks = Buffer.concat([decipher.update(data), decipher.final()]);
  return blocks.map((byte, i) => byte ^ ((i < 16 ? iv[i] : data[i - 16]) ?? 0));
}

/** Removes the padding without branching on its bytes. */
function unpad(plain: Uint8Array, blockLength: number): Uint8Array | undefined {
  const count = plain[plain.length - 1] ?? 0;
  let wrong = count < 1 || count > blockLength ? 1 : 0;
  for (let i = 1; i <= blockLength; i++) {
    const counts = i <= count ? 0xff : 0;
    wrong |= counts & ((plain[plain.length - i] ?? 0) ^ count);
  }
  return wrong === 0 ? Uint8Array.from(plain.subarray(0, plain.length - count)) : undefined;
}

/** Returns the ciphertext, padded. The lengths of key and vector are the cipher's. */
export function encryptCbc(
  cipher: Exclude<ContentCipher, "aes-192-cbc">,
  key: Uint8Array,
  iv: Uint8Array,
  data: Uint8Array,
): Uint8Array {
  const [name, runtimeKey] = forRuntime(cipher, key);
  const encipher = createCipheriv(name, runtimeKey, iv);
  return Buffer.concat([encipher.update(data), encipher.final()]);
}
