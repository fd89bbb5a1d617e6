/**
 * Private keys: generated, loaded from whatever form an operator has them in, and written.
 *
 * @module
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  KeyObject as KeyObjectClass,
} from "node:crypto";
import { promisify } from "node:util";
import type { Bytes } from "./der_writer.ts";
import { PkiError } from "./errors.ts";
import { OID } from "./oids.ts";
import { type Decrypted, decryptKeyInfo, Iterations } from "./pbe.ts";
import { pemBlocks, toPem } from "./pem.ts";
import type { PublicKey } from "./public_key.ts";

const generate = promisify(generateKeyPair);

/** Returns a new RSA private key; some 200 ms of work for 2048 bits, off the main thread. */
export async function generateRsaKey(bits = 2048): Promise<KeyObject> {
  return (await generate("rsa", { modulusLength: bits, publicExponent: 65537 })).privateKey;
}

/** PKCS#8 DER (RFC 5958), not encrypted. */
export function exportPkcs8(key: KeyObject): Bytes {
  return Uint8Array.from(key.export({ type: "pkcs8", format: "der" }));
}

/** Returns the key of a PKCS#8 DER. */
export function importPkcs8(der: Uint8Array): KeyObject {
  try {
    return createPrivateKey({ key: Buffer.from(der), format: "der", type: "pkcs8" });
  } catch (cause) {
    throw new PkiError("key", "Could not load the private key: it is not PKCS#8 DER", { cause });
  }
}

/** Returns the SubjectPublicKeyInfo of a private key. */
export function spkiOf(key: KeyObject | CryptoKey): Bytes {
  const object = key instanceof KeyObjectClass ? key : KeyObjectClass.from(key);
  const pub = object.type === "private" ? createPublicKey(object) : object;
  return Uint8Array.from(pub.export({ type: "spki", format: "der" }));
}

/** Whether the private key is the one of that certificate or request. */
export function keyMatches(certificate: { publicKey: PublicKey; spki: Uint8Array }, key: KeyObject): boolean {
  return spkiOf(key).toHex() === certificate.spki.toHex();
}

/**
 * Returns the private key of a PEM text or of DER: PKCS#8, PKCS#1 or SEC 1, plain or encrypted (PBES2 with AES, 3DES or
 * scrypt, PBES1 with DES, the schemes of PKCS #12, and the old `Proc-Type: 4,ENCRYPTED` headers). In a PEM text the
 * first private key counts, other blocks are skipped.
 *
 * Throws {@link PkiError} with the code `key` and a sentence for the operator.
 */
export function openPrivateKey(
  pemOrDer: string | Uint8Array,
  passphrase?: string,
  iterations: Iterations = new Iterations(),
): KeyObject {
  const text = typeof pemOrDer === "string" ? pemOrDer : textOf(pemOrDer);
  if (text === undefined || !text.includes("-----BEGIN ")) {
    if (typeof pemOrDer === "string") throw new PkiError("key", "Could not load PEM private key: this is not PEM text");
    return openDer(pemOrDer, passphrase, iterations);
  }
  const block = pemBlocks(text).find(({ label }) => label.endsWith("PRIVATE KEY"));
  if (block === undefined) throw new PkiError("key", "Could not load PEM private key: there is none in the text");
  if (block.label === "ENCRYPTED PRIVATE KEY") return openEncrypted(block.der, passphrase, iterations);
  const encrypted = block.headers.get("Proc-Type") === "4,ENCRYPTED";
  if (encrypted && !passphrase) throw new PkiError("key", "Could not load PEM private key: a password is needed");
  const dekInfo = block.headers.get("DEK-Info");
  const pem = encrypted && dekInfo !== undefined
    ? toPem(block.der, block.label).replace("\n", `\nProc-Type: 4,ENCRYPTED\nDEK-Info: ${dekInfo}\n\n`)
    : toPem(block.der, block.label);
  try {
    return createPrivateKey({ key: pem, format: "pem", ...(encrypted && passphrase ? { passphrase } : {}) });
  } catch (cause) {
    const why = encrypted ? "the password is wrong, or the key is damaged" : "it is damaged or of an unknown kind";
    throw new PkiError("key", `Could not load PEM private key: ${why}`, { cause });
  }
}

function textOf(bytes: Uint8Array): string | undefined {
  return bytes[0] === 0x30 ? undefined : new TextDecoder("latin1").decode(bytes);
}

function openDer(der: Uint8Array, passphrase: string | undefined, iterations: Iterations): KeyObject {
  for (const type of ["pkcs8", "pkcs1", "sec1"] as const) {
    try {
      return createPrivateKey({ key: Buffer.from(der), format: "der", type });
    } catch {
      // The next form is tried; if none matches, the error below is thrown.
    }
  }
  return openEncrypted(der, passphrase, iterations);
}

function openEncrypted(der: Uint8Array, passphrase: string | undefined, iterations: Iterations): KeyObject {
  if (!passphrase) {
    throw new PkiError("key", "Could not load private key: a password is needed, or it is not a private key");
  }
  const opened = openInfo(der, passphrase, iterations);
  if ("plain" in opened) {
    try {
      return createPrivateKey({ key: Buffer.from(opened.plain), format: "der", type: "pkcs8" });
    } catch (cause) {
      throw new PkiError("key", "Could not load private key: the password is wrong, or the key is damaged", { cause });
    }
  }
  // Of the schemes that we do not implement, the runtime has scrypt.
  if (opened.unknown !== OID.scrypt) {
    throw new PkiError("key", `Could not load private key: its encryption is not supported (${opened.unknown})`);
  }
  try {
    return createPrivateKey({ key: toPem(der, "ENCRYPTED PRIVATE KEY"), format: "pem", passphrase });
  } catch (cause) {
    throw new PkiError("key", "Could not load private key: the password is wrong, or the key is damaged", { cause });
  }
}

function openInfo(der: Uint8Array, passphrase: string, iterations: Iterations): Decrypted {
  try {
    return decryptKeyInfo(der, passphrase, iterations);
  } catch (cause) {
    if (cause instanceof PkiError && cause.code === "key") throw cause;
    throw new PkiError("key", "Could not load private key: it is damaged or not a private key", { cause });
  }
}

/** Returns the key as an encrypted PKCS#8 PEM (PBES2 with AES-256-CBC), which openssl reads. */
export function encryptPrivateKeyPem(key: KeyObject, passphrase: string): string {
  if (passphrase === "") throw new PkiError("key", "Cannot encrypt the private key: the password is empty");
  return key.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase }).toString();
}
