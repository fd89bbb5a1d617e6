/**
 * Public keys out of a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7), with the numbers at hand that the fast
 * signature check wants.
 *
 * @module
 */
import { Der } from "./der.ts";
import { readAlgorithm, readBitString, readOid, readUnsigned } from "./der_values.ts";
import { OID } from "./oids.ts";

/** The elliptic curves that are understood, by their name in Web Crypto. */
export type Curve = "P-256" | "P-384" | "P-521";

/** A public key: RSA numbers, an EC point (uncompressed octets), or the algorithm of one that is not understood. */
export type PublicKey =
  | { readonly kind: "rsa"; readonly n: bigint; readonly e: bigint; readonly bits: number }
  | { readonly kind: "ec"; readonly curve: Curve; readonly point: Uint8Array }
  | { readonly kind: "other"; readonly oid: string };

/** The dotted form of each curve. */
const CURVE_OIDS: ReadonlyMap<string, Curve> = new Map<string, Curve>([
  ["1.2.840.10045.3.1.7", "P-256"],
  ["1.3.132.0.34", "P-384"],
  ["1.3.132.0.35", "P-521"],
]);

/** Reads a SubjectPublicKeyInfo. */
export function readPublicKey(element: Der): PublicKey {
  const fields = element.fields("a public key");
  const { oid, parameters } = readAlgorithm(fields.next("the algorithm"), "a public key's algorithm");
  const bits = readBitString(fields.next("the key"), "a public key");
  fields.done();
  if (oid === OID.rsaEncryption || oid === OID.rsassaPss) {
    const numbers = Der.parse(bits, { strict: true }).fields("an RSA key");
    const n = readUnsigned(numbers.next("the modulus"));
    const e = readUnsigned(numbers.next("the exponent"));
    return { kind: "rsa", n, e, bits: bitLength(n) };
  }
  if (oid === OID.ecPublicKey && parameters !== undefined && parameters.is(0x06)) {
    const curve = CURVE_OIDS.get(readOid(parameters));
    if (curve !== undefined) return { kind: "ec", curve, point: bits.slice() };
  }
  return { kind: "other", oid };
}

/** Returns how many bits a non-negative number has. */
function bitLength(n: bigint): number {
  const hex = n.toString(16);
  return (hex.length - 1) * 4 + parseInt(hex.slice(0, 1), 16).toString(2).length;
}
