/**
 * Passwords of managed administrators: written so that a person can read them aloud, and hashed as macOS does.
 *
 * Source: Apple, "PasswordHash" (developer.apple.com/documentation/devicemanagement/passwordhash).
 *
 * @module
 */

import { pbkdf2 } from "node:crypto";
import { promisify } from "node:util";
import { buildPlist } from "../protocol/plist.ts";
import type { Random } from "../runtime.ts";

/** 32 characters, none of which looks like another: each byte stands for one without bias. */
const ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const GROUP_LENGTH = 6;
/** Groups by complexity. */
const GROUPS: Readonly<Record<number, number>> = { 1: 2, 2: 3, 3: 4 };
/** The highest complexity. */
export const MOST_COMPLEX = 3;
const ITERATIONS = 39_999;
const SALT_BYTES = 32;
const ENTROPY_BYTES = 128;

/** Returns a password of a complexity from 1 to 3: groups of six characters, joined by hyphens; 30 bits each. */
export function adminPassword(random: Random, complexity: number): string {
  const groups = GROUPS[complexity] ?? 4;
  return Array.from(
    { length: groups },
    () => Array.from(random.bytes(GROUP_LENGTH), (byte) => ALPHABET[byte % ALPHABET.length]).join(""),
  ).join("-");
}

/** Returns the property list with the salted hash of a password. */
export async function adminPasswordHash(random: Random, password: string): Promise<Uint8Array<ArrayBuffer>> {
  const salt = random.bytes(SALT_BYTES);
  const entropy = await promisify(pbkdf2)(password, salt, ITERATIONS, ENTROPY_BYTES, "sha512");
  return buildPlist({
    "SALTED-SHA512-PBKDF2": { entropy: new Uint8Array(entropy), iterations: ITERATIONS, salt },
  });
}
