/**
 * Verifies signatures: RSA PKCS#1 v1.5 and PSS with the runtime's big integers, ECDSA with node:crypto.
 *
 * The runtime's own RSA takes about 190 µs for a 2048-bit signature, the big integers about 40 µs, and every device
 * message holds one. All inputs are public, so that timing reveals nothing.
 *
 * @module
 */
import { createPublicKey, type KeyObject, verify as nodeVerify } from "node:crypto";
import { digest, type HashName, type SignatureScheme } from "./algorithms.ts";
import { sameBytes } from "./name.ts";
import type { PublicKey } from "./public_key.ts";

/** A key to verify with: of a certificate or a request. */
export type VerificationKey = { readonly publicKey: PublicKey; readonly spki: Uint8Array };

/** The attack: with larger keys, a sender chooses how long a verification takes. */
const MAX_RSA_BITS = 8192;
/** Public exponents are small in practice (65537, sometimes 3); a large one is another way to cause work. */
const MAX_EXPONENT = 0xffffffffn;

/**
 * Whether `signature` over `data` was made by the holder of that key.
 *
 * False for any mismatch: another kind of key, a signature of the wrong length, a curve or size that is not offered
 * (P-384 with SHA-1, and P-521 with less than SHA-384, which the runtime cannot do).
 */
export function verifySignature(
  key: VerificationKey,
  scheme: SignatureScheme,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  const { publicKey } = key;
  switch (scheme.kind) {
    case "rsa-pkcs1": {
      const block = publicKey.kind === "rsa" ? rsaPublic(publicKey, signature) : undefined;
      if (block === undefined) return false;
      const hashed = digest(scheme.hash, data).toHex();
      return DIGEST_INFO[scheme.hash].some((prefix) => block === pkcs1Block(prefix + hashed, signature.length));
    }
    case "rsa-pss": {
      const block = publicKey.kind === "rsa" ? rsaPublic(publicKey, signature) : undefined;
      if (publicKey.kind !== "rsa" || block === undefined) return false;
      return pssVerify(scheme, data, Uint8Array.fromHex(block), publicKey.bits - 1);
    }
    case "ecdsa":
      if (publicKey.kind !== "ec") return false;
      try {
        return nodeVerify(scheme.hash, data, keyObject(key), signature);
      } catch {
        // The runtime throws for signatures that are no ECDSA-Sig-Value and points that are not on the curve.
        return false;
      }
  }
}

const keyObjects = new WeakMap<PublicKey, KeyObject>();

function keyObject({ publicKey, spki }: VerificationKey): KeyObject {
  let object = keyObjects.get(publicKey);
  if (object === undefined) {
    object = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
    keyObjects.set(publicKey, object);
  }
  return object;
}

/** Returns the RSA public operation (RFC 8017 section 5.2.2), as hexadecimal of the modulus' length. */
function rsaPublic({ n, e, bits }: { n: bigint; e: bigint; bits: number }, signature: Uint8Array): string | undefined {
  const length = Math.ceil(bits / 8);
  if (signature.length !== length || bits > MAX_RSA_BITS || bits < 512 || e < 3n || e > MAX_EXPONENT) return undefined;
  const s = BigInt("0x" + signature.toHex());
  if (s >= n) return undefined;
  let x = 1n;
  if (e === 65537n) {
    x = s;
    for (let i = 0; i < 16; i++) x = (x * x) % n;
    x = (x * s) % n;
  } else {
    for (const bit of e.toString(2)) {
      x = (x * x) % n;
      if (bit === "1") x = (x * s) % n;
    }
  }
  return x.toString(16).padStart(length * 2, "0");
}

/** DigestInfo up to the hash (RFC 8017 section 9.2), with NULL parameters and, as allowed to read, without. */
const DIGEST_INFO: Readonly<Record<HashName, readonly string[]>> = {
  sha1: ["3021300906052b0e03021a05000414", "301f300706052b0e03021a0414"],
  sha256: ["3031300d060960864801650304020105000420", "302f300b06096086480165030402010420"],
  sha384: ["3041300d060960864801650304020205000430", "303f300b06096086480165030402020430"],
  sha512: ["3051300d060960864801650304020305000440", "304f300b06096086480165030402030440"],
};

/** The whole encoded block is built and compared, never parsed: parsing it is how forgeries with e = 3 got through. */
function pkcs1Block(digestInfo: string, length: number): string {
  return "0001" + "ff".repeat(Math.max(8, length - 3 - digestInfo.length / 2)) + "00" + digestInfo;
}

/** EMSA-PSS-VERIFY (RFC 8017 section 9.1.2). */
function pssVerify(
  { hash, mgfHash, saltLength }: { hash: HashName; mgfHash: HashName; saltLength: number },
  data: Uint8Array,
  block: Uint8Array,
  emBits: number,
): boolean {
  const emLength = Math.ceil(emBits / 8);
  const em = block.subarray(block.length - emLength);
  if (block.length > emLength && block[0] !== 0) return false;
  const hashed = digest(hash, data);
  if (emLength < hashed.length + saltLength + 2 || em[emLength - 1] !== 0xbc) return false;
  const masked = em.subarray(0, emLength - hashed.length - 1);
  const h = em.subarray(emLength - hashed.length - 1, emLength - 1);
  const spare = 8 * emLength - emBits;
  if (((masked[0] ?? 0) >> (8 - spare)) !== 0) return false;
  const mask = mgf1(mgfHash, h, masked.length);
  const db = masked.map((byte, i) => byte ^ (mask[i] ?? 0));
  db[0] = (db[0] ?? 0) & (0xff >> spare);
  const zeros = masked.length - saltLength - 1;
  if (db[zeros] !== 1 || db.subarray(0, zeros).some((byte) => byte !== 0)) return false;
  const message = new Uint8Array(8 + hashed.length + saltLength);
  message.set(hashed, 8);
  message.set(db.subarray(zeros + 1), 8 + hashed.length);
  return sameBytes(digest(hash, message), h);
}

/** MGF1 (RFC 8017 appendix B.2.1). */
function mgf1(hash: HashName, seed: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  const input = new Uint8Array(seed.length + 4);
  input.set(seed);
  for (let at = 0, counter = 0; at < length; counter++) {
    new DataView(input.buffer).setUint32(seed.length, counter);
    const block = digest(hash, input);
    out.set(block.subarray(0, Math.min(block.length, length - at)), at);
    at += block.length;
  }
  return out;
}
