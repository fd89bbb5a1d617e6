/**
 * Signatures by OpenSSL's library, for simulated devices. The server then verifies messages of another implementation than
 * its own, and OpenSSL takes a seventh of the time of `node:crypto`.
 *
 * @module
 */

import { type KeyObject, sign as nodeSign } from "node:crypto";
import type { HashName } from "../../src/pki/algorithms.ts";
import type { Sign } from "../../src/pki/cms/signed.ts";

/** OpenSSL 3: https://docs.openssl.org/3.0/man3/EVP_DigestSignInit/ and `d2i_PrivateKey`. */
const SYMBOLS = {
  d2i_AutoPrivateKey: { parameters: ["pointer", "buffer", "i64"], result: "pointer" },
  EVP_get_digestbyname: { parameters: ["buffer"], result: "pointer" },
  EVP_MD_CTX_new: { parameters: [], result: "pointer" },
  EVP_DigestSignInit: { parameters: ["pointer", "pointer", "pointer", "pointer", "pointer"], result: "i32" },
  EVP_DigestSign: { parameters: ["pointer", "buffer", "buffer", "buffer", "usize"], result: "i32" },
  EVP_MD_CTX_free: { parameters: ["pointer"], result: "void" },
} as const;

/** Bytes of a signature at most. */
const LONGEST = 1024;

const library = openLibrary();

/** OpenSSL's library, where the system has it in this version. */
function openLibrary() {
  try {
    return Deno.dlopen("libcrypto.so.3", SYMBOLS).symbols;
  } catch {
    return undefined;
  }
}

/** Signs with OpenSSL, or with `node:crypto` where there is none. */
export const sign: Sign = library === undefined ? nodeSign : signing(library);

function signing(openssl: NonNullable<typeof library>): Sign {
  const keys = new WeakMap<KeyObject, Deno.PointerObject>();
  const hashes = new Map<HashName, Deno.PointerObject>();

  /** A key of OpenSSL's, as long as the process lives. */
  function keyOf(key: KeyObject): Deno.PointerObject {
    const der = Uint8Array.from(key.export({ type: "pkcs8", format: "der" }));
    const address = BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(der)));
    const made = openssl.d2i_AutoPrivateKey(null, new BigUint64Array([address]), BigInt(der.length));
    // Until here the bytes must not be collected: OpenSSL knows only their address.
    der.fill(0);
    return found(made, "the key");
  }

  const hashOf = (hash: HashName) => found(openssl.EVP_get_digestbyname(new TextEncoder().encode(`${hash}\0`)), hash);

  return (hash, content, key) => {
    const context = found(openssl.EVP_MD_CTX_new(), "a context");
    try {
      const made = openssl.EVP_DigestSignInit(context, null, kept(hashes, hash, hashOf), null, kept(keys, key, keyOf));
      const signature = new Uint8Array(LONGEST);
      const length = new BigUint64Array([BigInt(LONGEST)]);
      const signed = made === 1 &&
        openssl.EVP_DigestSign(context, signature, length, Uint8Array.from(content), BigInt(content.length)) === 1;
      if (!signed) throw new Error(`OpenSSL cannot sign with ${hash}`);
      return signature.slice(0, Number(length[0]));
    } finally {
      openssl.EVP_MD_CTX_free(context);
    }
  };
}

function found(pointer: Deno.PointerValue, what: string): Deno.PointerObject {
  if (pointer === null) throw new Error(`OpenSSL does not have ${what}`);
  return pointer;
}

function kept<Key extends WeakKey | string, Value>(
  all: { get(key: Key): Value | undefined; set(key: Key, value: Value): unknown },
  key: Key,
  make: (key: Key) => Value,
): Value {
  const value = all.get(key) ?? make(key);
  all.set(key, value);
  return value;
}
