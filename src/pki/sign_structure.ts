/**
 * Signs certificates and requests, never with SHA-1.
 *
 * The library signs with keys of Web Crypto; the server's are `KeyObject`s, so the signature is `node:crypto`'s.
 *
 * @module
 */
import { AsnConvert } from "@peculiar/asn1-schema";
import { AlgorithmIdentifier, Name } from "@peculiar/asn1-x509";
import { type KeyObject, sign as nodeSign } from "node:crypto";
import { ecdsaSignatureOid, type HashName, rsaSignatureOid } from "./algorithms.ts";
import type { Bytes } from "./der_writer.ts";
import type { Sign } from "./cms/signed.ts";
import { PkiError } from "./errors.ts";
import { sameBytes } from "./name.ts";

/** SHA-256, and SHA-512 for P-521, which accepts no shorter hash here. */
export function structureAlgorithm(key: KeyObject): { hash: HashName; algorithm: AlgorithmIdentifier } {
  if (key.asymmetricKeyType === "rsa") {
    return {
      hash: "sha256",
      algorithm: new AlgorithmIdentifier({ algorithm: rsaSignatureOid("sha256"), parameters: null }),
    };
  }
  const hash = key.asymmetricKeyDetails?.namedCurve === "secp521r1" ? "sha512" : "sha256";
  return { hash, algorithm: new AlgorithmIdentifier({ algorithm: ecdsaSignatureOid(hash) }) };
}

/** Returns the DER of a structure of the library. */
export const derOf = (structure: unknown): Bytes => new Uint8Array(AsnConvert.serialize(structure));

/**
 * Returns a structure that is written exactly as received, byte for byte: names are compared as bytes, keys by the
 * digest of theirs.
 *
 * The library reads more forms than it writes. A structure that it would write differently is refused, as is one that
 * it cannot read: by default more than 10,000 elements or 100 levels. Throws {@link PkiError}.
 */
export function structureOf<T>(bytes: Uint8Array, type: new () => T, maxNodes?: number): T {
  let structure: T;
  try {
    structure = AsnConvert.parse(bytes, type, maxNodes === undefined ? {} : { berOptions: { maxNodes } });
    if (sameBytes(derOf(structure), bytes)) return structure;
  } catch (cause) {
    throw new PkiError("certificate", "Cannot write these names or this key: they cannot be read", { cause });
  }
  throw new PkiError("certificate", "Cannot write these names or this key: they are not in DER");
}

/** Returns the structure of a name, of any length: names are our own, or those of an authority. */
export const nameOf = (der: Uint8Array): Name => structureOf(der, Name, Infinity);

/** Returns the signature over the DER of a structure, with the hash of {@link structureAlgorithm}. */
export const signatureOver = (key: KeyObject, structure: unknown, sign: Sign = nodeSign): ArrayBuffer =>
  Uint8Array.from(sign(structureAlgorithm(key).hash, derOf(structure), key)).buffer;
