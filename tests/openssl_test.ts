import assert from "node:assert/strict";
import { generateKeyPairSync, sign as nodeSign, verify } from "node:crypto";
import { KEYS } from "./support/keys.ts";
import { sign } from "./support/openssl.ts";

const TEXTS = [new Uint8Array(), new TextEncoder().encode("text"), new Uint8Array(100_000).fill(7)];

Deno.test("a signature by OpenSSL is that of any other implementation: with an RSA key there is only one", () => {
  for (const key of KEYS) {
    for (const hash of ["sha1", "sha256", "sha512"] as const) {
      for (const text of TEXTS) {
        assert.deepEqual(new Uint8Array(sign(hash, text, key)), new Uint8Array(nodeSign(hash, text, key)));
      }
    }
  }
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  for (const text of TEXTS) assert.ok(verify("sha256", text, publicKey, sign("sha256", text, privateKey)));
});

Deno.test("a signature that cannot be made is an error", () => {
  // @ts-expect-error: No such hash.
  assert.throws(() => sign("sha0815", TEXTS[0], KEYS[0]));
});
