/**
 * How an API token looks and how it is stored.
 *
 * `ztl`, `u` for a user or `s` for a service account, `_`, 30 random characters, and 6 that are their checksum, so that
 * scanners of source code find leaked tokens and a typing error costs no database query.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { blake2b } from "@noble/hashes/blake2.js";
import { type Random, randomText } from "../runtime.ts";

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const TOKEN = /^ztl[us]_([0-9A-Za-z]{30})([0-9A-Za-z]{6})$/;

/** CRC-32 in six base 62 digits, most significant first. */
function checksum(text: string): string {
  let rest = crc32(text);
  let digits = "";
  for (let place = 0; place < 6; place++) {
    digits = `${DIGITS[rest % 62]}${digits}`;
    rest = Math.floor(rest / 62);
  }
  return digits;
}

/** Returns a new token; about 178 bits of it are random. */
export function newApiToken(random: Random, kind: "user" | "service"): string {
  const body = randomText(random, 30);
  return `ztl${kind === "user" ? "u" : "s"}_${body}${checksum(body)}`;
}

/** Whether a text has the form of a token, its checksum included. */
export function isApiToken(text: string): boolean {
  const match = TOKEN.exec(text);
  return match?.[1] !== undefined && checksum(match[1]) === match[2];
}

/**
 * Returns the stored form of a token: BLAKE2b-256 (RFC 7693). A plain hash is enough, because a token cannot be
 * guessed.
 */
export function hashApiToken(token: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(blake2b(new TextEncoder().encode(token), { dkLen: 32 }));
}
