import assert from "node:assert/strict";
import { sign } from "node:crypto";
import type { HashName, SignatureScheme } from "../../../src/pki/algorithms.ts";
import { Der } from "../../../src/pki/der.ts";
import { readPublicKey } from "../../../src/pki/public_key.ts";
import { spkiOf } from "../../../src/pki/keys.ts";
import { type VerificationKey, verifySignature } from "../../../src/pki/signature.ts";
import { ecKey, flip, inFolder, openssl, rsaKey, utf8 } from "./helpers.ts";

const DATA = utf8("what is signed");
const verificationKey = (spki: Uint8Array): VerificationKey => ({ spki, publicKey: readPublicKey(Der.parse(spki)) });

function holds(key: VerificationKey, scheme: SignatureScheme, signature: Uint8Array): void {
  assert.equal(verifySignature(key, scheme, DATA, signature), true, JSON.stringify(scheme));
  assert.equal(verifySignature(key, scheme, flip(DATA, 3), signature), false);
  for (let i = 0; i < signature.length; i += 5) {
    assert.equal(verifySignature(key, scheme, DATA, flip(signature, i, i % 8)), false, `bit of byte ${i}`);
  }
  assert.equal(verifySignature(key, scheme, DATA, signature.subarray(1)), false);
  assert.equal(verifySignature(key, scheme, DATA, new Uint8Array()), false);
  const other: HashName = scheme.hash === "sha384" ? "sha512" : "sha384";
  assert.equal(verifySignature(key, { ...scheme, hash: other }, DATA, signature), false);
}

Deno.test("RSA PKCS#1 v1.5 of openssl verifies with every hash, size and exponent, and no changed bit does", async () => {
  await inFolder(async (folder) => {
    await Deno.writeFile(`${folder}/data`, DATA);
    for (const [bits, exponent] of [["1024", "65537"], ["2048", "3"], ["2049", "65537"], ["3072", "17"]] as const) {
      await openssl(
        folder,
        "genpkey",
        "-algorithm",
        "RSA",
        "-pkeyopt",
        `rsa_keygen_bits:${bits}`,
        "-pkeyopt",
        `rsa_keygen_pubexp:${exponent}`,
        "-out",
        "k.pem",
      );
      const key = verificationKey(await openssl(folder, "pkey", "-in", "k.pem", "-pubout", "-outform", "der"));
      for (const hash of ["sha1", "sha256", "sha384", "sha512"] as const) {
        holds(key, { kind: "rsa-pkcs1", hash }, await openssl(folder, "dgst", `-${hash}`, "-sign", "k.pem", "data"));
      }
    }
  });
});

Deno.test("RSA-PSS of openssl verifies with several hashes and salts, and no changed bit does", async () => {
  await inFolder(async (folder) => {
    await Deno.writeFile(`${folder}/data`, DATA);
    for (const bits of ["1024", "2048", "2049"]) {
      await openssl(folder, "genpkey", "-algorithm", "RSA", "-pkeyopt", `rsa_keygen_bits:${bits}`, "-out", "k.pem");
      const key = verificationKey(await openssl(folder, "pkey", "-in", "k.pem", "-pubout", "-outform", "der"));
      for (
        const [hash, mgfHash, saltLength] of [["sha256", "sha256", 32], ["sha1", "sha1", 20], [
          "sha512",
          "sha256",
          0,
        ]] as const
      ) {
        const signature = await openssl(
          folder,
          "dgst",
          `-${hash}`,
          "-sigopt",
          "rsa_padding_mode:pss",
          "-sigopt",
          `rsa_pss_saltlen:${saltLength}`,
          "-sigopt",
          `rsa_mgf1_md:${mgfHash}`,
          "-sign",
          "k.pem",
          "data",
        );
        const scheme: SignatureScheme = { kind: "rsa-pss", hash, mgfHash, saltLength };
        holds(key, scheme, signature);
        assert.equal(verifySignature(key, { ...scheme, saltLength: saltLength + 1 }, DATA, signature), false);
      }
    }
  });
});

Deno.test("ECDSA of openssl verifies on the three curves, and no changed bit does", async () => {
  await inFolder(async (folder) => {
    await Deno.writeFile(`${folder}/data`, DATA);
    for (
      const [curve, hash] of [["P-256", "sha1"], ["P-256", "sha256"], ["P-384", "sha384"], ["P-521", "sha512"]] as const
    ) {
      await openssl(folder, "genpkey", "-algorithm", "EC", "-pkeyopt", `ec_paramgen_curve:${curve}`, "-out", "k.pem");
      const key = verificationKey(await openssl(folder, "pkey", "-in", "k.pem", "-pubout", "-outform", "der"));
      const signature = await openssl(folder, "dgst", `-${hash}`, "-sign", "k.pem", "data");
      const scheme: SignatureScheme = { kind: "ecdsa", hash };
      assert.equal(verifySignature(key, scheme, DATA, signature), true, curve);
      assert.equal(verifySignature(key, scheme, flip(DATA, 3), signature), false);
      for (let i = 0; i < signature.length; i += 9) {
        assert.equal(verifySignature(key, scheme, DATA, flip(signature, i, i % 8)), false);
      }
      assert.equal(verifySignature(key, scheme, DATA, new Uint8Array()), false);
    }
  });
});

Deno.test("a key of another kind, a number that is not below the modulus and a zero signature never verify", () => {
  const rsa = verificationKey(spkiOf(rsaKey()));
  const ec = verificationKey(spkiOf(ecKey()));
  const signature = sign("sha256", DATA, rsaKey());
  assert.equal(verifySignature(ec, { kind: "rsa-pkcs1", hash: "sha256" }, DATA, signature), false);
  assert.equal(verifySignature(rsa, { kind: "ecdsa", hash: "sha256" }, DATA, signature), false);
  assert.ok(rsa.publicKey.kind === "rsa");
  const { n } = rsa.publicKey;
  const bigger = (BigInt("0x" + signature.toHex()) + n).toString(16).padStart(514, "0");
  assert.equal(verifySignature(rsa, { kind: "rsa-pkcs1", hash: "sha256" }, DATA, Uint8Array.fromHex(bigger)), false);
  assert.equal(verifySignature(rsa, { kind: "rsa-pkcs1", hash: "sha256" }, DATA, new Uint8Array(256)), false);
  assert.equal(verifySignature(rsa, { kind: "rsa-pkcs1", hash: "sha256" }, DATA, new Uint8Array(256).fill(255)), false);
});

Deno.test("a public exponent of 1, or one of thousands of bits, never verifies", () => {
  const { n } = (() => {
    const key = readPublicKey(Der.parse(spkiOf(rsaKey())));
    assert.ok(key.kind === "rsa");
    return key;
  })();
  const spki = spkiOf(rsaKey());
  for (const e of [1n, 2n ** 2000n + 1n]) {
    const key: VerificationKey = { spki, publicKey: { kind: "rsa", n, e, bits: 2048 } };
    // With e = 1 the signature is the padded block itself, which anyone can write.
    const block = "0001" + "ff".repeat(202) + "00" + "3031300d060960864801650304020105000420" + "00".repeat(32);
    assert.equal(verifySignature(key, { kind: "rsa-pkcs1", hash: "sha256" }, DATA, Uint8Array.fromHex(block)), false);
  }
});

Deno.test("a PKCS#1 block with rubbish after the hash, the e = 3 forgery, does not verify", () => {
  // Found by taking a cube root: a signature whose cube begins with a good block and ends with rubbish.
  const bits = 3072;
  const n = (1n << BigInt(bits)) - 1n;
  const digestInfo = "3031300d060960864801650304020105000420";
  const hash = new Uint8Array(new Uint8Array(32)).toHex();
  const prefix = "0001" + "ff".repeat(8) + "00" + digestInfo + hash;
  const target = BigInt("0x" + prefix + "00".repeat(bits / 8 - prefix.length / 2));
  let low = 0n;
  let high = 1n << BigInt(bits / 3 + 1);
  while (low < high) {
    const middle = (low + high) >> 1n;
    if (middle * middle * middle < target) low = middle + 1n;
    else high = middle;
  }
  const cube = (low * low * low).toString(16).padStart(bits / 4, "0");
  assert.ok(cube.startsWith(prefix.slice(0, 40)), "the forgery has the right beginning");
  const key: VerificationKey = { spki: new Uint8Array(), publicKey: { kind: "rsa", n, e: 3n, bits } };
  const signature = Uint8Array.fromHex(low.toString(16).padStart(bits / 4, "0"));
  assert.equal(verifySignature(key, { kind: "rsa-pkcs1", hash: "sha256" }, DATA, signature), false);
});
