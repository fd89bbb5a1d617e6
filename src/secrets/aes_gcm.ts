/**
 * AES-256-GCM (NIST SP 800-38D) with a tag of 16 bytes behind the ciphertext, as Web Crypto writes it.
 *
 * Short texts are encrypted in place: to hand one to another thread and back takes longer than to encrypt it. Long ones go
 * to that thread, since the process would answer nobody meanwhile.
 *
 * @module
 */

import { createCipheriv, createSecretKey, type KeyObject, timingSafeEqual } from "node:crypto";

type Bytes = Uint8Array<ArrayBuffer>;

/** A key, for both ways. */
export type GcmKey = { readonly here: KeyObject; readonly apart: CryptoKey };

const NAME = "AES-GCM";
const TAG = 16;
/** Bytes of a short text at most. */
const SHORT = 16 * 1024;

/** Returns the key of these 32 bytes. */
export async function importGcmKey(bytes: Bytes): Promise<GcmKey> {
  return {
    here: createSecretKey(bytes),
    apart: await crypto.subtle.importKey("raw", bytes, NAME, false, ["encrypt", "decrypt"]),
  };
}

/** Returns ciphertext and tag. A nonce of 12 bytes is used once. */
export async function encryptGcm(key: GcmKey, nonce: Bytes, associated: Bytes, plain: Bytes): Promise<Bytes> {
  if (plain.length <= SHORT) return encryptHere(key, nonce, associated, plain);
  const sealed = await crypto.subtle.encrypt({ name: NAME, iv: nonce, additionalData: associated }, key.apart, plain);
  return new Uint8Array(sealed);
}

/** Returns the text. Throws when the tag is not that of the key, the nonce, the associated data and the ciphertext. */
export async function decryptGcm(key: GcmKey, nonce: Bytes, associated: Bytes, sealed: Bytes): Promise<Bytes> {
  if (sealed.length > SHORT + TAG) {
    const plain = await crypto.subtle.decrypt({ name: NAME, iv: nonce, additionalData: associated }, key.apart, sealed);
    return new Uint8Array(plain);
  }
  if (sealed.length < TAG) throw new TypeError(`Cannot decrypt: ${sealed.length} bytes are less than a tag`);
  const length = sealed.length - TAG;
  // A text is combined with the same stream both ways: what is encrypted once more is the text.
  const plain = encryptHere(key, nonce, associated, sealed.subarray(0, length)).slice(0, length);
  const again = encryptHere(key, nonce, associated, plain);
  // The attack: Deno's own decryption compares the tags up to the first byte that differs, and the time tells how far that is.
  if (!timingSafeEqual(again.subarray(length), sealed.subarray(length))) {
    throw new TypeError("Cannot decrypt: the tag is not that of the text");
  }
  return plain;
}

function encryptHere({ here }: GcmKey, nonce: Bytes, associated: Bytes, plain: Bytes): Bytes {
  const cipher = createCipheriv("aes-256-gcm", here, nonce);
  cipher.setAAD(associated);
  const sealed = new Uint8Array(plain.length + TAG);
  sealed.set(cipher.update(plain));
  cipher.final();
  sealed.set(cipher.getAuthTag(), plain.length);
  return sealed;
}
