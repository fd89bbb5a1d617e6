import assert from "node:assert/strict";
import fc from "fast-check";
import { decryptGcm, encryptGcm, importGcmKey } from "../../../src/secrets/aes_gcm.ts";

const bytes = (length: number, value: number) => new Uint8Array(length).fill(value);
const key = await importGcmKey(bytes(32, 7));
const [nonce, associated] = [bytes(12, 1), new TextEncoder().encode("a row")];

/** Lengths of texts on both sides of the limit between the two ways. */
const LENGTHS = [0, 1, 15, 16, 17, 2300, 16 * 1024, 16 * 1024 + 1, 100_000];

Deno.test("short and long texts are encrypted alike, and as Web Crypto does", async () => {
  const imported = await crypto.subtle.importKey("raw", bytes(32, 7), "AES-GCM", false, ["encrypt"]);
  for (const length of LENGTHS) {
    const plain = crypto.getRandomValues(bytes(length, 0).subarray(0, Math.min(length, 65536)));
    const sealed = await encryptGcm(key, nonce, associated, plain);
    const other = await crypto.subtle.encrypt(
      { name: "AES-GCM", iv: nonce, additionalData: associated },
      imported,
      plain,
    );
    assert.deepEqual(sealed, new Uint8Array(other), String(length));
    assert.deepEqual(await decryptGcm(key, nonce, associated, sealed), plain, String(length));
  }
});

Deno.test("any text with any associated data is as Web Crypto encrypts it", () =>
  fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.nat(64), fc.nat(17_000), fc.integer({ min: 16 * 1024 - 20, max: 16 * 1024 + 20 })),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.uint8Array({ minLength: 12, maxLength: 12 }),
      fc.uint8Array({ maxLength: 300 }),
      async (length, raw, iv, row) => {
        const [own, other] = await Promise.all([
          importGcmKey(Uint8Array.from(raw)),
          crypto.subtle.importKey("raw", Uint8Array.from(raw), "AES-GCM", false, ["encrypt"]),
        ]);
        const plain = crypto.getRandomValues(new Uint8Array(length));
        const [used, additionalData] = [Uint8Array.from(iv), Uint8Array.from(row)];
        const sealed = await encryptGcm(own, used, additionalData, plain);
        const expected = await crypto.subtle.encrypt({ name: "AES-GCM", iv: used, additionalData }, other, plain);
        assert.deepEqual(sealed, new Uint8Array(expected));
        assert.deepEqual(await decryptGcm(own, used, additionalData, sealed), plain);
      },
    ),
    { numRuns: 60 },
  ));

Deno.test("every byte of nonce, associated data, ciphertext and tag counts", async () => {
  const sealed = await encryptGcm(key, nonce, associated, bytes(40, 3));
  const parts = [nonce, associated, sealed] as const;
  for (const [part, { length }] of parts.entries()) {
    for (let at = 0; at < length; at++) {
      const [n = nonce, a = associated, s = sealed] = parts.map((one, index) =>
        index === part ? one.map((byte, place) => place === at ? byte ^ 128 : byte) : one
      );
      await assert.rejects(decryptGcm(key, n, a, s), `part ${part}, byte ${at}`);
    }
  }
  assert.deepEqual(await decryptGcm(key, nonce, associated, sealed), bytes(40, 3));
});

Deno.test("a text of the NIST test vectors", async () => {
  // Test case 16 of "The Galois/Counter Mode of Operation": AES-256 with associated data.
  const vector = await importGcmKey(
    Uint8Array.fromHex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"),
  );
  const sealed = await encryptGcm(
    vector,
    Uint8Array.fromHex("cafebabefacedbaddecaf888"),
    Uint8Array.fromHex("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
    Uint8Array.fromHex(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
    ),
  );
  assert.equal(
    sealed.toHex(),
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662" +
      "76fc6ece0f4e1768cddf8853bb2d551b",
  );
});

Deno.test("a changed bit anywhere, another nonce, another row and another key are refused", async () => {
  const other = await importGcmKey(bytes(32, 8));
  for (const length of LENGTHS) {
    const sealed = await encryptGcm(key, nonce, associated, bytes(Math.min(length, 65536), 3));
    for (const at of new Set([0, sealed.length - 17, sealed.length - 16, sealed.length - 1])) {
      if (at < 0) continue;
      const changed = sealed.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      await assert.rejects(decryptGcm(key, nonce, associated, changed), `${length} at ${at}`);
    }
    await assert.rejects(decryptGcm(key, bytes(12, 2), associated, sealed));
    await assert.rejects(decryptGcm(key, nonce, bytes(5, 0), sealed));
    await assert.rejects(decryptGcm(other, nonce, associated, sealed));
    for (const shorter of [0, 1, 15, sealed.length - 1]) {
      await assert.rejects(decryptGcm(key, nonce, associated, sealed.subarray(0, shorter)));
    }
  }
});
