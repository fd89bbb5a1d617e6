/**
 * Activation Lock bypass codes that a server makes: their text, and the hash that Apple keeps.
 *
 * Source: Apple, "Creating and using bypass codes"
 * (developer.apple.com/documentation/devicemanagement/creating-and-using-bypass-codes).
 *
 * @module
 */

import { pbkdf2 } from "node:crypto";
import { promisify } from "node:util";
import type { Random } from "../runtime.ts";

/** No letter that looks like a digit or another letter. */
const ALPHABET = "0123456789ACDEFGHJKLMNPQRTUVWXYZ";
/** Bytes of a code. */
const LENGTH = 16;
/** Characters of each group of the text. */
const GROUPS = [5, 5, 4, 4, 4, 4];
const ROUNDS = 50_000;
const SALT = new Uint8Array(4);
const HASH_BYTES = 32;

/** Returns the text of 16 bytes: 26 characters in groups, the highest bits first. */
export function bypassCodeText(bytes: Uint8Array): string {
  let bits = 0n;
  for (const byte of bytes) bits = bits << 8n | BigInt(byte);
  // 128 bits in 26 characters of five: the last one has two bits of padding.
  bits <<= 2n;
  let text = "";
  for (let shift = 125n; shift >= 0n; shift -= 5n) text += ALPHABET[Number(bits >> shift & 31n)];
  let at = 0;
  return GROUPS.map((length) => text.slice(at, at += length)).join("-");
}

/** Returns a new code. */
export const newBypassCode = (random: Random): string => bypassCodeText(random.bytes(LENGTH));

/** Returns the bytes of a code's text, or undefined if it is none. Small letters are read as capital ones. */
export function bypassCodeBytes(code: string): Uint8Array<ArrayBuffer> | undefined {
  const text = code.replaceAll("-", "").toUpperCase();
  if (text.length !== 26) return undefined;
  let bits = 0n;
  for (const letter of text) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) return undefined;
    bits = bits << 5n | BigInt(value);
  }
  bits >>= 2n;
  const bytes = new Uint8Array(LENGTH);
  for (let index = LENGTH - 1; index >= 0; index--, bits >>= 8n) bytes[index] = Number(bits & 255n);
  return bytes;
}

/** Returns what Apple is told when a device is locked: the hash of the code, in hexadecimal. Throws for other texts. */
export async function escrowKeyOf(code: string): Promise<string> {
  const bytes = bypassCodeBytes(code);
  if (bytes === undefined) throw new Error("Cannot hash the bypass code: it is no code");
  return (await promisify(pbkdf2)(bytes, SALT, ROUNDS, HASH_BYTES, "sha256")).toString("hex");
}
