/**
 * Passwords: scrypt (RFC 7914) with its parameters beside each hash, so that they can be raised.
 *
 * A hash is text: `scrypt$<log2 N>$<r>$<p>$<salt>$<key>`, both in base64url.
 *
 * @module
 */

import { scrypt, timingSafeEqual } from "node:crypto";
import { decodeBase64Url, encodeBase64Url } from "@std/encoding";
import { invalid } from "../errors.ts";
import type { Runtime } from "../runtime.ts";

/** Cost of a hash: N = 2^logN, block size r, parallelism p. Memory is 128·N·r bytes. */
export type PasswordCost = { logN: number; r: number; p: number };

/** 32 MiB and about a quarter of a second, off the event loop: OWASP's recommendation for p = 3. */
export const PASSWORD_COST: PasswordCost = { logN: 15, r: 8, p: 3 };

const KEY_LENGTH = 32;
const SHORTEST = 12;
/** Longer ones would let a client make the server hash megabytes. */
const LONGEST = 1024;

function derive(password: string, salt: Uint8Array, { logN, r, p }: PasswordCost): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const options = { N: 2 ** logN, r, p, maxmem: 256 * 2 ** logN * r };
    // NFKC: the same password typed on another keyboard or system is the same password.
    scrypt(password.normalize("NFKC"), salt, KEY_LENGTH, options, (error, key) => error ? reject(error) : resolve(key));
  });
}

/** The text to store for a password. */
export async function hashPassword(
  password: string,
  { random, passwordCost: cost }: Pick<Runtime, "random" | "passwordCost">,
): Promise<string> {
  const salt = random.bytes(16);
  const key = await derive(password, salt, cost);
  return `scrypt$${cost.logN}$${cost.r}$${cost.p}$${encodeBase64Url(salt)}$${encodeBase64Url(key)}`;
}

const HASH = /^scrypt\$(\d{1,2})\$(\d{1,2})\$(\d{1,2})\$([A-Za-z0-9_-]{22})\$([A-Za-z0-9_-]{43})$/;

function parse(hash: string): { cost: PasswordCost; salt: Uint8Array; key: Uint8Array } {
  const [, logN, r, p, salt, key] = HASH.exec(hash) ?? [];
  if (salt === undefined || key === undefined) throw new Error("Cannot read a password hash: it has another form");
  return {
    cost: { logN: Number(logN), r: Number(r), p: Number(p) },
    salt: decodeBase64Url(salt),
    key: decodeBase64Url(key),
  };
}

/**
 * Whether a password is the hashed one.
 *
 * Without a hash (unknown user, or one without a password) the same work is done for nothing: the time of the answer must
 * not tell which user names exist. `today` is what a hash costs that is made now.
 */
export async function verifyPassword(
  password: string,
  hash: string | null | undefined,
  today: PasswordCost,
): Promise<boolean> {
  if (password.length > LONGEST) return false;
  const { cost, salt, key } = hash === null || hash === undefined
    ? { cost: today, salt: new Uint8Array(16), key: new Uint8Array(KEY_LENGTH) }
    : parse(hash);
  const same = timingSafeEqual(await derive(password, salt, cost), key);
  return same && hash !== null && hash !== undefined;
}

/** Whether a hash was made with other parameters than today's and should be made again at the next sign-in. */
export function isOutdatedHash(hash: string, today: PasswordCost): boolean {
  const { cost } = parse(hash);
  return cost.logN !== today.logN || cost.r !== today.r || cost.p !== today.p;
}

/** Refuses a password that is too short, too long or the user's own name. Length is what counts (NIST SP 800-63B 3.1.1). */
export function checkPassword(password: string, username: string): void {
  const length = [...password].length;
  if (length < SHORTEST) {
    throw invalid({ password: [`This password is too short. It must contain at least ${SHORTEST} characters.`] });
  }
  if (password.length > LONGEST) {
    throw invalid({ password: [`Ensure this field has no more than ${LONGEST} characters.`] });
  }
  if (password.toLowerCase() === username.toLowerCase()) {
    throw invalid({ password: ["The password is too similar to the username."] });
  }
  if (new Set(password).size < 4) throw invalid({ password: ["This password is too simple."] });
}
