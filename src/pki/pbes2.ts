/**
 * Opens EncryptedPrivateKeyInfo with PBES2, PBKDF2 and a CBC cipher (RFC 8018 section 6.2), because the runtime lacks
 * the 3DES that openssl's `-des3` writes.
 *
 * @module
 */
import { pbkdf2Sync } from "node:crypto";
import { decryptCbc } from "./cms/ciphers.ts";
import { Der, TAG } from "./der.ts";
import { readAlgorithm, readOctets, readSmall } from "./der_values.ts";
import { PkiError } from "./errors.ts";
import { OID } from "./oids.ts";

const PRF: ReadonlyMap<string, string> = new Map<string, string>([
  [OID.hmacSha1, "sha1"],
  [OID.hmacSha256, "sha256"],
  [OID.hmacSha384, "sha384"],
  [OID.hmacSha512, "sha512"],
]);
/** A key file must not keep the process busy for minutes; openssl writes 2,048 to 600,000. */
const MAX_ITERATIONS = 5_000_000;

/**
 * The PKCS#8 DER inside, or undefined when another scheme or cipher than the ones above is used.
 *
 * Throws {@link PkiError} with the code `key` for a wrong password or damage, `asn1` for bytes that are something else.
 */
export function decryptPbes2(der: Uint8Array, passphrase: string): Uint8Array | undefined {
  const outer = Der.parse(der).fields("an encrypted private key");
  const scheme = readAlgorithm(outer.next("the encryption"));
  const data = readOctets(outer.next("the data"), "an encrypted private key");
  if (scheme.oid !== OID.pbes2 || scheme.parameters === undefined) return undefined;
  const parts = scheme.parameters.fields("PBES2 parameters");
  const kdf = readAlgorithm(parts.next("the key derivation"));
  const cipher = readAlgorithm(parts.next("the cipher"));
  if (kdf.oid !== OID.pbkdf2 || kdf.parameters === undefined || cipher.parameters === undefined) return undefined;
  const fields = kdf.parameters.fields("PBKDF2 parameters");
  const salt = readOctets(fields.next("the salt"), "a salt");
  const iterations = readSmall(fields.next("the iterations"));
  fields.optional(TAG.integer);
  const prfElement = fields.peek();
  const prf = PRF.get(prfElement === undefined ? OID.hmacSha1 : readAlgorithm(prfElement).oid);
  const keyLength = CIPHER_KEYS.get(cipher.oid);
  if (prf === undefined || keyLength === undefined) return undefined;
  if (iterations < 1 || iterations > MAX_ITERATIONS) {
    throw new PkiError("key", `Could not load private key: ${iterations} iterations are too many`);
  }
  const key = pbkdf2Sync(passphrase, salt, iterations, keyLength, prf);
  const plain = decryptCbc(cipher.oid, key, readOctets(cipher.parameters, "an initialisation vector"), data);
  if (plain === undefined) {
    throw new PkiError("key", "Could not load private key: the password is wrong, or the key is damaged");
  }
  return plain;
}

const CIPHER_KEYS: ReadonlyMap<string, number> = new Map<string, number>([
  [OID.desEde3Cbc, 24],
  [OID.aes128Cbc, 16],
  [OID.aes192Cbc, 24],
  [OID.aes256Cbc, 32],
]);
