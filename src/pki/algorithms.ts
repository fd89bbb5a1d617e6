/**
 * Which hash and which signature scheme an AlgorithmIdentifier names.
 *
 * @module
 */
import { hash as nodeHash } from "node:crypto";
import { Der } from "./der.ts";
import { type AlgorithmIdentifier, readAlgorithm, readSmall } from "./der_values.ts";
import { PkiError } from "./errors.ts";
import { OID } from "./oids.ts";

/** The hashes that are understood. */
export type HashName = "sha1" | "sha256" | "sha384" | "sha512";

/** A signature scheme: its algorithm, hash and kind of key. */
export type SignatureScheme =
  | { readonly kind: "rsa-pkcs1"; readonly hash: HashName }
  | { readonly kind: "rsa-pss"; readonly hash: HashName; readonly mgfHash: HashName; readonly saltLength: number }
  | { readonly kind: "ecdsa"; readonly hash: HashName };

/** Dotted form of each hash. */
export const HASH_OIDS: Readonly<Record<HashName, string>> = {
  sha1: OID.sha1,
  sha256: OID.sha256,
  sha384: OID.sha384,
  sha512: OID.sha512,
};

const PLAIN: ReadonlyMap<string, HashName> = new Map<string, HashName>([
  [OID.sha1, "sha1"],
  [OID.sha256, "sha256"],
  [OID.sha384, "sha384"],
  [OID.sha512, "sha512"],
]);

/** RFC 8017 appendix A.2.4: shaNNNWithRSAEncryption; 1.3.14.3.2.29 is OIW's older name of the first. */
const RSA: ReadonlyMap<string, HashName> = new Map<string, HashName>([
  ["1.2.840.113549.1.1.5", "sha1"],
  ["1.3.14.3.2.29", "sha1"],
  ["1.2.840.113549.1.1.11", "sha256"],
  ["1.2.840.113549.1.1.12", "sha384"],
  ["1.2.840.113549.1.1.13", "sha512"],
]);

/** RFC 5758 section 3.2: ecdsa-with-SHANNN. */
const ECDSA: ReadonlyMap<string, HashName> = new Map<string, HashName>([
  ["1.2.840.10045.4.1", "sha1"],
  ["1.2.840.10045.4.3.2", "sha256"],
  ["1.2.840.10045.4.3.3", "sha384"],
  ["1.2.840.10045.4.3.4", "sha512"],
]);

const reverse = (map: ReadonlyMap<string, HashName>, hash: HashName): string => {
  for (const [oid, name] of map) if (name === hash) return oid;
  throw new PkiError("unsupported", `Cannot name a signature algorithm with ${hash}`);
};

/** Dotted form of shaNNNWithRSAEncryption. */
export const rsaSignatureOid = (hash: HashName): string => reverse(RSA, hash);
/** Dotted form of ecdsa-with-SHANNN. */
export const ecdsaSignatureOid = (hash: HashName): string => reverse(ECDSA, hash);

/** Returns the digest of some bytes. */
export function digest(hash: HashName, bytes: Uint8Array): Uint8Array {
  return nodeHash(hash, bytes, "buffer");
}

/**
 * Returns the hash that a digest algorithm names; `shaNNNWithRSAEncryption` in its place, as some write, names its
 * hash.
 */
export function digestAlgorithm({ oid }: AlgorithmIdentifier): HashName {
  const name = PLAIN.get(oid) ?? RSA.get(oid);
  if (name === undefined) throw new PkiError("unsupported", `Cannot use the digest algorithm ${oid}`);
  return name;
}

/**
 * Returns the scheme that a signature algorithm names.
 *
 * Bare key algorithms (rsaEncryption, ecPublicKey), which CMS allows, take the hash of `digestOf`; without it, as in a
 * certificate, they are refused. A signature algorithm with another hash than `digestOf` is refused.
 */
export function signatureScheme(algorithm: AlgorithmIdentifier, digestOf?: HashName): SignatureScheme {
  const scheme = namedScheme(algorithm, digestOf);
  if (digestOf !== undefined && scheme.hash !== digestOf) {
    throw new PkiError("cms", `Cannot verify the signature: it is over ${scheme.hash}, the digest is ${digestOf}`);
  }
  return scheme;
}

function namedScheme({ oid, parameters }: AlgorithmIdentifier, digestOf?: HashName): SignatureScheme {
  if (digestOf !== undefined && oid === OID.rsaEncryption) return { kind: "rsa-pkcs1", hash: digestOf };
  if (digestOf !== undefined && oid === OID.ecPublicKey) return { kind: "ecdsa", hash: digestOf };
  const rsa = RSA.get(oid);
  if (rsa !== undefined) return { kind: "rsa-pkcs1", hash: rsa };
  const ecdsa = ECDSA.get(oid);
  if (ecdsa !== undefined) return { kind: "ecdsa", hash: ecdsa };
  if (oid === OID.rsassaPss) return pssScheme(parameters);
  throw new PkiError("unsupported", `Cannot verify a signature made with the algorithm ${oid}`);
}

/** RSASSA-PSS-params (RFC 8017 appendix A.2.3); absent parameters mean SHA-1 and a salt of 20 bytes. */
function pssScheme(parameters: Der | undefined): SignatureScheme {
  let hash: HashName = "sha1";
  let mgfHash: HashName = "sha1";
  let saltLength = 20;
  for (const part of parameters?.fields("RSA-PSS parameters") ? parameters.children() : []) {
    if (part.is(0xa0)) hash = digestAlgorithm(readAlgorithm(part.only("a hash")));
    else if (part.is(0xa1)) {
      const mgf = readAlgorithm(part.only("a mask generation function"));
      if (mgf.oid !== OID.mgf1 || mgf.parameters === undefined) {
        throw new PkiError("unsupported", `Cannot use the mask generation function ${mgf.oid}`);
      }
      mgfHash = digestAlgorithm(readAlgorithm(mgf.parameters));
    } else if (part.is(0xa2)) saltLength = readSmall(part.only("a salt length"));
  }
  return { kind: "rsa-pss", hash, mgfHash, saltLength };
}
