/**
 * Password-based encryption of keys and of PKCS #12 content: PBES2 with PBKDF2 and a CBC cipher (RFC 8018 section 6.2),
 * PBES1 with DES (section 6.1), and the schemes of RFC 7292 appendix C with 3DES and RC2. The runtime supports only
 * some of them.
 *
 * @module
 */
import { createHash, pbkdf2Sync } from "node:crypto";
// @ts-types="./node_forge.d.ts"
import forge from "node-forge";
import { decryptCbc } from "./cms/ciphers.ts";
import { Der, TAG } from "./der.ts";
import { type AlgorithmIdentifier, readAlgorithm, readOctets, readSmall } from "./der_values.ts";
import { PkiError } from "./errors.ts";
import { OID } from "./oids.ts";

const PRF: ReadonlyMap<string, string> = new Map<string, string>([
  [OID.hmacSha1, "sha1"],
  [OID.hmacSha256, "sha256"],
  [OID.hmacSha384, "sha384"],
  [OID.hmacSha512, "sha512"],
]);
/**
 * Iterations of one file, all of its parts together, and of one derivation: openssl writes 2,048 to 600,000. Reading is
 * synchronous, so all of them together hold the process up for a second.
 */
const MAX_ITERATIONS = 1_000_000;
const MAX_ONE_DERIVATION = 600_000;
/**
 * Those of one derivation that the runtime does not have, PBKDF1 and that of RFC 7292, of which each costs as much as three:
 * keytool writes 100,000 at most.
 */
const MAX_SLOW_ITERATIONS = 100_000;
const SLOW = 3;
/** N·r·p of scrypt (RFC 7914): half a second and 128 MB. openssl writes 2^17. */
const MAX_SCRYPT = 2 ** 20;

/** `unknown` is the object identifier of a scheme, or of a part of it, that is not offered. */
export type Decrypted = { plain: Uint8Array } | { unknown: string };

const wrong = () => new PkiError("key", "Could not load private key: the password is wrong, or the key is damaged");

/** The iterations that one file may ask for. The attack: a small file that keeps the process busy for hours. */
export class Iterations {
  #left: number;

  constructor(most: number = MAX_ITERATIONS) {
    this.#left = most;
  }

  /**
   * The count in `element`; `most` are accepted of one derivation. Each counts `cost` times: for so many derivations, and for
   * slow ones. Throws {@link PkiError} where they are more, or more than the parts before have left.
   */
  take(element: Der, most: number, cost = 1): number {
    const count = readSmall(element);
    const accepted = Math.min(most, Math.floor(this.#left / cost));
    if (count < 1 || count > accepted) {
      throw new PkiError("key", `Could not load private key: it has ${count} iterations, ${accepted} are accepted`);
    }
    this.#left -= count * cost;
    return count;
  }
}

/**
 * Returns the DER inside an EncryptedPrivateKeyInfo (RFC 5958 section 3). Throws as `decryptPbe`, `asn1` for something
 * else.
 */
export function decryptKeyInfo(
  der: Uint8Array,
  passphrase: string,
  iterations: Iterations = new Iterations(),
): Decrypted {
  const outer = Der.parse(der).fields("an encrypted private key");
  const scheme = readAlgorithm(outer.next("the encryption"));
  const data = readOctets(outer.next("the data"), "an encrypted private key");
  return decryptPbe(scheme, data, passphrase, iterations);
}

/**
 * Opens `data` by its scheme; `iterations` are those of the file. Throws {@link PkiError} with the code `key` for a
 * wrong password, which cannot be distinguished from damage, and for too much work, including scrypt, which is left to
 * the caller.
 */
export function decryptPbe(
  scheme: AlgorithmIdentifier,
  data: Uint8Array,
  passphrase: string,
  iterations: Iterations,
): Decrypted {
  const pkcs12 = PKCS12_SCHEMES.get(scheme.oid);
  const pbes1 = PBES1_DIGESTS.get(scheme.oid);
  const { parameters } = scheme;
  if (parameters === undefined) return { unknown: scheme.oid };
  const plain = scheme.oid === OID.pbes2
    ? openPbes2(parameters, data, passphrase, iterations)
    : pkcs12 !== undefined
    ? openPkcs12(pkcs12, parameters, data, passphrase, iterations)
    : pbes1 !== undefined
    ? openPbes1(pbes1, parameters, data, passphrase, iterations)
    : scheme.oid;
  if (typeof plain === "string") return { unknown: plain };
  if (plain === undefined) throw wrong();
  return { plain };
}

const CIPHER_KEYS: ReadonlyMap<string, number> = new Map<string, number>([
  [OID.desEde3Cbc, 24],
  [OID.aes128Cbc, 16],
  [OID.aes192Cbc, 24],
  [OID.aes256Cbc, 32],
]);

function openPbes2(
  parameters: Der,
  data: Uint8Array,
  passphrase: string,
  allowed: Iterations,
): Uint8Array | undefined | string {
  const parts = parameters.fields("PBES2 parameters");
  const kdf = readAlgorithm(parts.next("the key derivation"));
  const cipher = readAlgorithm(parts.next("the cipher"));
  if (kdf.oid === OID.scrypt && kdf.parameters !== undefined) checkScrypt(kdf.parameters);
  if (kdf.oid !== OID.pbkdf2 || kdf.parameters === undefined) return kdf.oid;
  if (cipher.parameters === undefined) return cipher.oid;
  const fields = kdf.parameters.fields("PBKDF2 parameters");
  const salt = readOctets(fields.next("the salt"), "a salt");
  const count = fields.next("the iterations");
  fields.optional(TAG.integer);
  const prfElement = fields.peek();
  const prfOid = prfElement === undefined ? OID.hmacSha1 : readAlgorithm(prfElement).oid;
  const prf = PRF.get(prfOid);
  const keyLength = CIPHER_KEYS.get(cipher.oid);
  if (prf === undefined) return prfOid;
  if (keyLength === undefined) return cipher.oid;
  // Everything else is read first: a damaged file costs nothing.
  const vector = readOctets(cipher.parameters, "an initialisation vector");
  const key = pbkdf2Sync(passphrase, salt, allowed.take(count, MAX_ONE_DERIVATION), keyLength, prf);
  return decryptCbc(cipher.oid, key, vector, data);
}

/** Throws where the work or the memory of scrypt is too much (RFC 7914 section 7.1): the runtime has no limit of its own. */
function checkScrypt(parameters: Der): void {
  const fields = parameters.fields("scrypt parameters");
  readOctets(fields.next("the salt"), "a salt");
  const [n, r, p] = ["the cost", "the block size", "the parallelisation"].map((what) => readSmall(fields.next(what)));
  const work = (n ?? 0) * (r ?? 0) * (p ?? 0);
  if (work < 1 || work > MAX_SCRYPT) {
    throw new PkiError(
      "key",
      `Could not load private key: its scrypt has a work of ${work}, ${MAX_SCRYPT} is accepted`,
    );
  }
}

/** Returns the salt and the iterations of PBES1 and of RFC 7292. */
function saltOf(
  parameters: Der,
  allowed: Iterations,
  derivations: number,
): { salt: Uint8Array; iterations: number } {
  const fields = parameters.fields("the parameters of a password-based encryption");
  return {
    salt: readOctets(fields.next("the salt"), "a salt"),
    iterations: allowed.take(fields.next("the iterations"), MAX_SLOW_ITERATIONS, SLOW * derivations),
  };
}

const PBES1_DIGESTS: ReadonlyMap<string, "md5" | "sha1"> = new Map<string, "md5" | "sha1">([
  [OID.pbeWithMd5AndDes, "md5"],
  [OID.pbeWithSha1AndDes, "sha1"],
]);

/** PBKDF1 (RFC 8018 section 5.1): the first eight bytes are the key, the next eight the vector. */
function openPbes1(
  digest: string,
  parameters: Der,
  data: Uint8Array,
  passphrase: string,
  allowed: Iterations,
): Uint8Array | undefined {
  const { salt, iterations } = saltOf(parameters, allowed, 1);
  let derived: Uint8Array = createHash(digest).update(passphrase, "utf8").update(salt).digest();
  for (let n = 1; n < iterations; n++) derived = createHash(digest).update(derived).digest();
  return decryptCbc(OID.desCbc, derived.subarray(0, 8), derived.subarray(8, 16), data);
}

type Pkcs12Scheme = { cipher: "3des" | "rc2"; keyLength: number };

const PKCS12_SCHEMES: ReadonlyMap<string, Pkcs12Scheme> = new Map<string, Pkcs12Scheme>([
  [OID.pbeWithSha1And3Des, { cipher: "3des", keyLength: 24 }],
  [OID.pbeWithSha1And2Key3Des, { cipher: "3des", keyLength: 16 }],
  [OID.pbeWithSha1AndRc2128, { cipher: "rc2", keyLength: 16 }],
  [OID.pbeWithSha1AndRc240, { cipher: "rc2", keyLength: 5 }],
]);

const binary = (bytes: Uint8Array) => forge.util.createBuffer(Buffer.from(bytes).toString("binary"));
const bytesOf = (buffer: { getBytes(): string }) => Uint8Array.from(Buffer.from(buffer.getBytes(), "binary"));

/** The purposes of the derivation of RFC 7292 appendix B. */
export const DERIVED = { key: 1, vector: 2, mac: 3 } as const;

/** Key material of RFC 7292 appendix B, with SHA-1 by default. */
export function derivePkcs12(
  passphrase: string,
  salt: Uint8Array,
  purpose: typeof DERIVED[keyof typeof DERIVED],
  iterations: number,
  length: number,
  digest: "sha1" | "sha256" | "sha384" | "sha512" = "sha1",
): Uint8Array {
  const md = forge.md[digest].create();
  return bytesOf(forge.pkcs12.generateKey(passphrase, binary(salt), purpose, iterations, length, md));
}

function openPkcs12(
  { cipher, keyLength }: Pkcs12Scheme,
  parameters: Der,
  data: Uint8Array,
  passphrase: string,
  allowed: Iterations,
): Uint8Array | undefined {
  const { salt, iterations } = saltOf(parameters, allowed, 2);
  const key = derivePkcs12(passphrase, salt, DERIVED.key, iterations, keyLength);
  const vector = derivePkcs12(passphrase, salt, DERIVED.vector, iterations, 8);
  if (cipher === "3des") {
    const whole = keyLength === 24 ? key : Uint8Array.from([...key, ...key.subarray(0, 8)]);
    return decryptCbc(OID.desEde3Cbc, whole, vector, data);
  }
  if (data.length === 0 || data.length % 8 !== 0) return undefined;
  const decipher = forge.rc2.createDecryptionCipher(Buffer.from(key).toString("binary"), keyLength * 8);
  decipher.start(Buffer.from(vector).toString("binary"));
  decipher.update(binary(data));
  return decipher.finish() ? bytesOf(decipher.output) : undefined;
}

/** Returns the iterations of a PKCS #12 MAC, which uses the same derivation. */
export const macIterationsOf = (element: Der, allowed: Iterations): number =>
  allowed.take(element, MAX_SLOW_ITERATIONS, SLOW);
