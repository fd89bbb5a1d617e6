/**
 * Signs certificates and requests, never with SHA-1.
 *
 * @module
 */
import { type KeyObject, sign as nodeSign } from "node:crypto";
import { ecdsaSignatureOid, type HashName, rsaSignatureOid } from "./algorithms.ts";
import { Der } from "./der.ts";
import * as write from "./der_writer.ts";
import { spkiOf } from "./keys.ts";
import { readPublicKey } from "./public_key.ts";

/** A signature by that key and its AlgorithmIdentifier: SHA-256, and SHA-512 for P-521, which takes no less here. */
export function signStructure(key: KeyObject, bytes: Uint8Array): { algorithm: Uint8Array; signature: Uint8Array } {
  const { hash, algorithm } = structureAlgorithm(key);
  return { algorithm, signature: write.bitString(nodeSign(hash, bytes, key)) };
}

/** The hash and the AlgorithmIdentifier that {@link signStructure} uses. */
export function structureAlgorithm(key: KeyObject): { hash: HashName; algorithm: Uint8Array } {
  if (key.asymmetricKeyType === "rsa") {
    return { hash: "sha256", algorithm: write.algorithm(rsaSignatureOid("sha256"), write.nil()) };
  }
  const publicKey = readPublicKey(Der.parse(spkiOf(key)));
  const hash = publicKey.kind === "ec" && publicKey.curve === "P-521" ? "sha512" : "sha256";
  return { hash, algorithm: write.algorithm(ecdsaSignatureOid(hash)) };
}
