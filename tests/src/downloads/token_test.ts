import assert from "node:assert/strict";
import fc from "fast-check";
import { downloadKey } from "../../../src/downloads/key.ts";
import {
  type DownloadPurpose,
  type DownloadToken,
  readDownloadToken,
  writeDownloadToken,
} from "../../../src/downloads/token.ts";
import { dataAssetDownloadUrl, profileDownloadUrl, scepCredentialUrl } from "../../../src/downloads/url.ts";
import { parseKeyRing } from "../../../src/secrets/key_ring.ts";
import { rotateSecrets } from "../../../src/secrets/rotate.ts";
import { channelIdOf } from "../../support/ids.ts";
import { withRuntime } from "../../support/runtime.ts";

const CHANNEL = channelIdOf(3);
const KEY = new Uint8Array(32).fill(7);
const PURPOSES: DownloadPurpose[] = ["profile", "data_asset", "scep_credential"];
const anyToken: fc.Arbitrary<DownloadToken> = fc.record({
  purpose: fc.constantFrom(...PURPOSES),
  channelId: fc.integer({ min: 0, max: 2 ** 31 - 1 }).map(channelIdOf),
  artifactVersionId: fc.uuid(),
}, { noNullPrototype: true });

Deno.test("a token is read as written, only for its purpose and its key", () => {
  fc.assert(fc.property(anyToken, (token) => {
    const text = writeDownloadToken(KEY, token);
    assert.match(text, /^[A-Za-z0-9_-]{72}$/);
    assert.equal(writeDownloadToken(KEY, token), text);
    for (const purpose of PURPOSES) {
      assert.deepEqual(readDownloadToken(KEY, purpose, text), purpose === token.purpose ? token : undefined);
    }
    assert.equal(readDownloadToken(new Uint8Array(32), token.purpose, text), undefined);
  }));
});

Deno.test("one changed bit, one more or less character, or another alphabet is no token", () => {
  fc.assert(fc.property(anyToken, fc.nat({ max: 54 * 8 - 1 }), (token, bit) => {
    const text = writeDownloadToken(KEY, token);
    const bytes = Uint8Array.fromBase64(text, { alphabet: "base64url" });
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const flipped = bytes.toBase64({ alphabet: "base64url" });
    for (const other of [flipped, text.slice(1), `${text}A`, `${text}=`, ` ${text}`, `${text}\n`]) {
      assert.equal(readDownloadToken(KEY, token.purpose, other), undefined);
    }
  }));
  assert.equal(readDownloadToken(KEY, "profile", ""), undefined);
  const version = "0b1d5b0e-0000-4000-8000-000000000001";
  for (const channelId of [-1, 1.5, NaN]) {
    assert.throws(
      () =>
        writeDownloadToken(KEY, { purpose: "profile", channelId: channelIdOf(channelId), artifactVersionId: version }),
      RangeError,
    );
  }
  assert.throws(
    () => writeDownloadToken(KEY, { purpose: "profile", channelId: channelIdOf(1), artifactVersionId: "x" }),
    RangeError,
  );
});

Deno.test("addresses are stable, on the address that asks for certificates where there is one, and outlive a rotation", async () => {
  const version = "0b1d5b0e-0000-4000-8000-000000000001";
  await withRuntime(async (runtime) => {
    const address = await profileDownloadUrl(runtime, CHANNEL, version);
    assert.match(address, /^https:\/\/mdm\.example\.com\/public\/mdm\/profiles\/[A-Za-z0-9_-]{72}\/$/);
    assert.match(
      await dataAssetDownloadUrl(runtime, CHANNEL, version),
      /^https:\/\/mdm\.example\.com\/public\/mdm\/data_assets\//,
    );
    assert.match(await scepCredentialUrl(runtime, CHANNEL, version), /\/public\/mdm\/scep_credential\//);
    assert.equal(await profileDownloadUrl(runtime, CHANNEL, version), address);
    const [row] = await runtime.sql<{ keySealed: string }[]>`select key_sealed from download_keys`;
    assert.ok(row !== undefined && !row.keySealed.includes((await downloadKey(runtime)).toBase64()));
    const keys = await parseKeyRing(
      "new:HxweHRwbGhkYFxYVFBMSERAPDg0MCwoJCAcGBQQDAgE=,test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
      runtime.random,
    );
    assert.equal((await rotateSecrets({ sql: runtime.sql, keys })).resealed["download_keys.key_sealed"], 1);
    // Another process, without the memory of this one.
    const { openDatabase } = await import("../../../db/open.ts");
    const sql = openDatabase(runtime.databaseUrl, { max: 1 });
    try {
      assert.equal(await profileDownloadUrl({ ...runtime, sql, keys }, CHANNEL, version), address);
    } finally {
      await sql.end();
    }
  });
  const mtls = {
    TRUSTED_PROXIES: "192.0.2.1",
    TRUSTED_PROXY_SECRET: "a-secret-of-the-proxy",
    MTLS_BASE_URL: "https://mtls.example.com",
  };
  await withRuntime(async (runtime) => {
    assert.match(
      await profileDownloadUrl(runtime, CHANNEL, version),
      /^https:\/\/mtls\.example\.com\/public\/mdm\/profiles\//,
    );
  }, mtls);
});

Deno.test("two processes that create the key at once have one key", () =>
  withRuntime(async (runtime) => {
    const { openDatabase } = await import("../../../db/open.ts");
    const others = Array.from({ length: 4 }, () => openDatabase(runtime.databaseUrl, { max: 1 }));
    try {
      const keys = await Promise.all(others.map((sql) => downloadKey({ ...runtime, sql })));
      assert.equal(new Set(keys.map((key) => key.toHex())).size, 1);
    } finally {
      for (const sql of others) await sql.end();
    }
  }));
