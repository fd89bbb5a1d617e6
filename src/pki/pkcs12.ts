/**
 * Opens PKCS #12 files (RFC 7292), as Keychain Access, Windows and openssl export a certificate with its key.
 *
 * Promise: the MAC is verified if present, so a wrong password can be distinguished from damage; certificates and keys
 * come in the order of the file. Other bags (revocation lists, secrets) are skipped.
 *
 * @module
 */
import { createHmac, type KeyObject, timingSafeEqual } from "node:crypto";
import { type Certificate, parseCertificate } from "./certificate.ts";
import { Der, TAG } from "./der.ts";
import { readAlgorithm, readOctets, readOid } from "./der_values.ts";
import { PkiError } from "./errors.ts";
import { importPkcs8 } from "./keys.ts";
import { OID } from "./oids.ts";
import { decryptKeyInfo, decryptPbe, DERIVED, derivePkcs12, Iterations, macIterationsOf } from "./pbe.ts";

/** The content of a PKCS #12 file. */
export type Pkcs12 = { certificates: Certificate[]; keys: KeyObject[] };

/**
 * Parts that may be encrypted; all of them together have the iterations of one file. The attack: a file of many parts, each of
 * which takes the time that one key may take.
 */
const MOST_PARTS = 8;

const CONTEXT_0 = 0xa0;
const CONTEXT_0_PRIMITIVE = 0x80;
const DIGESTS: ReadonlyMap<string, { name: "sha1" | "sha256" | "sha384" | "sha512"; length: number }> = new Map([
  [OID.sha1, { name: "sha1", length: 20 }] as const,
  [OID.sha256, { name: "sha256", length: 32 }] as const,
  [OID.sha384, { name: "sha384", length: 48 }] as const,
  [OID.sha512, { name: "sha512", length: 64 }] as const,
]);

const refused = (reason: string) => new PkiError("key", `Could not open the PKCS #12 file: ${reason}`);

/** Whether DER is a PKCS #12 file: a sequence that begins with the version 3 and a content info. */
export function isPkcs12(bytes: Uint8Array): boolean {
  try {
    const fields = Der.parse(bytes).fields("a file");
    const version = fields.next("the version");
    return version.is(TAG.integer) && version.content.length === 1 && version.content[0] === 3 &&
      fields.next("the content").is(TAG.sequence);
  } catch {
    return false;
  }
}

/**
 * Opens a file. Throws {@link PkiError} with the code `key`, and a sentence that distinguishes a missing from a wrong
 * password.
 */
export function openPkcs12(
  bytes: Uint8Array,
  passphrase = "",
  iterations: Iterations = new Iterations(),
): Pkcs12 {
  try {
    return open(bytes, passphrase, iterations);
  } catch (error) {
    if (error instanceof PkiError && error.code !== "key") {
      // Without a MAC, one wrong password in 256 decrypts to something.
      const why = passphrase === "" ? "it is damaged" : "it is damaged, or the password is wrong";
      throw new PkiError("key", `Could not open the PKCS #12 file: ${why} (${error.message})`, { cause: error });
    }
    throw error;
  }
}

function open(bytes: Uint8Array, passphrase: string, iterations: Iterations): Pkcs12 {
  const fields = Der.parse(bytes).fields("a PKCS #12 file");
  fields.next("the version", TAG.integer);
  const safe = contentOf(fields.next("the content"));
  const mac = fields.peek();
  if (mac !== undefined && !macMatches(mac, safe, passphrase, iterations)) {
    throw refused(passphrase === "" ? "a password is needed" : "the password is wrong");
  }
  const result: Opened = { certificates: [], keys: [], parts: 0, iterations };
  for (const info of Der.parse(safe).children()) {
    const parts = info.fields("a content info");
    const type = readOid(parts.next("the type"), "the type of a content");
    if (type === OID.data) readBags(contentOf(info), passphrase, result);
    else if (type === OID.encryptedData) {
      countPart(result);
      readBags(decrypted(info, passphrase, iterations), passphrase, result);
    } else throw refused(`a part is encrypted in a way that is not supported (${type})`);
  }
  const { certificates, keys } = result;
  return { certificates, keys };
}

type Opened = Pkcs12 & { parts: number; iterations: Iterations };

function countPart(result: Opened): void {
  if (++result.parts > MOST_PARTS) throw refused(`it has more than ${MOST_PARTS} encrypted parts`);
}

/** Returns the octets of a content info of the type data. */
function contentOf(info: Der): Uint8Array {
  const fields = info.fields("a content info");
  const type = readOid(fields.next("the type"), "the type of a content");
  if (type !== OID.data) throw refused(`it is signed in a way that is not supported (${type})`);
  return readOctets(fields.next("the content", CONTEXT_0).only("a content"), "a content");
}

/** Returns the plaintext of an EncryptedData (RFC 5652 section 8). */
function decrypted(info: Der, passphrase: string, iterations: Iterations): Uint8Array {
  const outer = info.fields("a content info");
  outer.next("the type");
  const data = outer.next("the content", CONTEXT_0).only("an encrypted content").fields("an encrypted content");
  data.next("the version", TAG.integer);
  const content = data.next("the encrypted content").fields("an encrypted content");
  content.next("the type");
  const scheme = readAlgorithm(content.next("the encryption"));
  const element = content.next("the data");
  if (!element.is(CONTEXT_0_PRIMITIVE)) throw refused("an encrypted part comes in pieces, which is not supported");
  const opened = decryptPbe(scheme, element.content, passphrase, iterations);
  if ("unknown" in opened) throw refused(`its encryption is not supported (${opened.unknown})`);
  return opened.plain;
}

function decryptedKey(plain: Uint8Array): KeyObject {
  try {
    return importPkcs8(plain);
  } catch (cause) {
    throw new PkiError("key", "Could not open the PKCS #12 file: the password is wrong, or its key is damaged", {
      cause,
    });
  }
}

function readBags(safe: Uint8Array, passphrase: string, result: Opened): void {
  for (const bag of Der.parse(safe).children()) {
    const fields = bag.fields("a bag");
    const type = readOid(fields.next("the type"), "the type of a bag");
    const value = fields.next("the value", CONTEXT_0).only("the value of a bag");
    if (type === OID.keyBag) result.keys.push(importPkcs8(value.raw));
    else if (type === OID.shroudedKeyBag) {
      countPart(result);
      const opened = decryptKeyInfo(value.raw, passphrase, result.iterations);
      if ("unknown" in opened) throw refused(`the encryption of its key is not supported (${opened.unknown})`);
      result.keys.push(decryptedKey(opened.plain));
    } else if (type === OID.certBag) {
      const inner = value.fields("a certificate bag");
      if (readOid(inner.next("the type"), "the type of a certificate") !== OID.x509Certificate) continue;
      const octets = inner.next("the certificate", CONTEXT_0).only("a certificate");
      result.certificates.push(parseCertificate(Uint8Array.from(readOctets(octets, "a certificate"))));
    }
  }
}

/** Whether the MAC is that of the content with this password (RFC 7292 section 4). Digests that are not offered are refused. */
function macMatches(mac: Der, safe: Uint8Array, passphrase: string, allowed: Iterations): boolean {
  const fields = mac.fields("the MAC");
  const info = fields.next("the digest").fields("the digest");
  const oid = readAlgorithm(info.next("the algorithm")).oid;
  const expected = readOctets(info.next("the value"), "the value of the MAC");
  const salt = readOctets(fields.next("the salt"), "a salt");
  const count = fields.peek();
  const digest = DIGESTS.get(oid);
  if (digest === undefined) throw refused(`its MAC is not supported (${oid})`);
  const iterations = count === undefined ? 1 : macIterationsOf(count, allowed);
  const key = derivePkcs12(passphrase, salt, DERIVED.mac, iterations, digest.length, digest.name);
  const value = createHmac(digest.name, key).update(safe).digest();
  return value.length === expected.length && timingSafeEqual(value, expected);
}
