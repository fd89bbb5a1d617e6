import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { createAuthority } from "../../../src/pki/ca.ts";
import { certificatesFromPem, parseCertificate } from "../../../src/pki/certificate.ts";
import { verifyChain } from "../../../src/pki/chain.ts";
import { authority, ecKey, flip, inFolder, issuedBy, NOW, openssl, refuses, rsaKey, selfIdentity } from "./helpers.ts";

/** Certificates that openssl made from a list of `name issuer extensions…`, each valid for 30 days from now. */
async function made(folder: string, ...lines: string[]) {
  for (const line of lines) {
    const [name = "", issuer = "", digest = "", ...extensions] = line.split(" ");
    await openssl(folder, "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024", "-out", `${name}.key`);
    await Deno.writeTextFile(`${folder}/${name}.ext`, extensions.join("\n"));
    await openssl(folder, "req", "-new", "-key", `${name}.key`, "-subj", `/CN=${name}`, "-out", `${name}.csr`);
    const signer = issuer === "self"
      ? ["-signkey", `${name}.key`]
      : ["-CA", `${issuer}.pem`, "-CAkey", `${issuer}.key`, "-CAcreateserial"];
    await openssl(
      folder,
      "x509",
      "-req",
      "-in",
      `${name}.csr`,
      ...signer,
      `-${digest}`,
      "-days",
      "30",
      "-extfile",
      `${name}.ext`,
      "-out",
      `${name}.pem`,
    );
  }
  return async (name: string) => {
    const [certificate] = certificatesFromPem(await Deno.readTextFile(`${folder}/${name}.pem`));
    assert.ok(certificate);
    return certificate;
  };
}

Deno.test("a path through openssl's intermediates is found whatever their order, and each rule breaks it", async () => {
  await inFolder(async (folder) => {
    const ca = "basicConstraints=critical,CA:TRUE";
    const get = await made(
      folder,
      `root self sha256 ${ca} keyUsage=critical,keyCertSign`,
      `mid root sha256 ${ca},pathlen:0`,
      `leaf mid sha256 basicConstraints=CA:FALSE`,
      `deep mid sha256 ${ca}`,
      `toolow deep sha256 basicConstraints=CA:FALSE`,
      `noca leaf sha256 basicConstraints=CA:FALSE`,
      `nosign root sha256 ${ca} keyUsage=critical,digitalSignature`,
      `undernosign nosign sha256 basicConstraints=CA:FALSE`,
      `weak root sha1 basicConstraints=CA:FALSE`,
      `odd root sha256 1.2.3.4=critical,ASN1:NULL`,
      `other self sha256 ${ca}`,
    );
    const [root, mid, leaf, deep] = [await get("root"), await get("mid"), await get("leaf"), await get("deep")];
    const now = new Date(leaf.notBefore.getTime() + 60_000);
    const options = { anchors: [root], intermediates: [await get("other"), leaf, root, mid], now };
    assert.deepEqual(verifyChain(leaf, options).map(({ subject }) => subject.commonName), ["leaf", "mid", "root"]);
    assert.deepEqual(verifyChain(leaf, { anchors: [mid], now }).length, 2);

    refuses(() => verifyChain(leaf, { ...options, intermediates: [] }), "chain", /no trusted certificate/);
    refuses(() => verifyChain(leaf, { ...options, anchors: [] }), "chain");
    refuses(() => verifyChain(leaf, { ...options, anchors: [options.intermediates[0] ?? root] }), "chain");
    refuses(
      () => verifyChain(leaf, { ...options, now: new Date(leaf.notAfter.getTime() + 1000) }),
      "chain",
      /valid until/,
    );
    refuses(() => verifyChain(leaf, { ...options, now: new Date(0) }), "chain", /not valid before/);
    const all = [mid, deep, await get("nosign"), leaf];
    const against = async (name: string) => verifyChain(await get(name), { anchors: [root], intermediates: all, now });
    const expectations: [string, RegExp][] = [
      ["toolow", /allows 0 authorities/],
      ["noca", /not a certificate authority/],
      ["undernosign", /may not sign/],
      ["weak", /SHA-1/],
      ["odd", /critical extension 1.2.3.4/],
    ];
    for (const [name, sentence] of expectations) {
      const certificate = await get(name);
      refuses(() => verifyChain(certificate, { anchors: [root], intermediates: all, now }), "chain", sentence);
    }
    assert.equal(verifyChain(await get("weak"), { anchors: [root], now, allowSha1: true }).length, 2);
    await assert.rejects(against("other"));
  });
});

Deno.test("validity is ignored for the named keys only", () => {
  const ca = authority(ecKey("ca"));
  const leaf = issuedBy(ca, ecKey("leaf"));
  const later = new Date(NOW.getTime() + 20 * 365 * 86_400_000);
  const options = { anchors: [ca.parsed], now: later };
  const both = new Set([ca.parsed.spkiFingerprint, leaf.parsed.spkiFingerprint]);
  assert.equal(verifyChain(leaf.parsed, { ...options, ignoreValidityOf: both }).length, 2);
  refuses(
    () => verifyChain(leaf.parsed, { ...options, ignoreValidityOf: new Set([ca.parsed.spkiFingerprint]) }),
    "chain",
  );
  refuses(
    () => verifyChain(leaf.parsed, { ...options, ignoreValidityOf: new Set([leaf.parsed.spkiFingerprint]) }),
    "chain",
  );
});

Deno.test("an authority with the trusted one's name and another key gives no trust", () => {
  const real = authority(ecKey("real"), "Same Name");
  const fake = authority(ecKey("fake"), "Same Name");
  const leaf = issuedBy(fake, ecKey("leaf"));
  refuses(() => verifyChain(leaf.parsed, { anchors: [real.parsed], intermediates: [fake.parsed], now: NOW }), "chain");
});

Deno.test("a self-signed certificate gives no trust to itself", () => {
  const self = selfIdentity(ecKey());
  refuses(
    () => verifyChain(self.parsed, { anchors: [authority().parsed], intermediates: [self.parsed], now: NOW }),
    "chain",
  );
});

Deno.test("a certificate with any bit of its body or signature changed does not verify", () => {
  const ca = authority(ecKey("ca"));
  const leaf = issuedBy(ca, ecKey("leaf"));
  for (let i = 0; i < leaf.certificate.length; i += 3) {
    refuses(
      () => verifyChain(parseCertificate(flip(leaf.certificate, i, i % 8)), { anchors: [ca.parsed], now: NOW }),
      undefined,
    );
  }
  assert.equal(verifyChain(leaf.parsed, { anchors: [ca.parsed], now: NOW }).length, 2);
});

Deno.test("an RSA key below 1024 bits is refused", () => {
  const ca = authority();
  const small = generateKeyPairSync("rsa", { modulusLength: 1016 }).privateKey;
  refuses(() => verifyChain(issuedBy(ca, small).parsed, { anchors: [ca.parsed], now: NOW }), "chain", /1016 bits/);
});

Deno.test("hundreds of authorities of one name do not cost hundreds of signature checks", () => {
  const fakes = Array.from(
    { length: 300 },
    (_, i) =>
      parseCertificate(
        createAuthority({ subject: [["CN", "Loop"]], now: NOW, key: ecKey("loop"), years: 1 + (i % 20) }),
      ),
  );
  // Without a key identifier every one of them looks like every other one's issuer.
  const bare = fakes.map(({ subjectKeyId: _, ...rest }) => rest);
  const leaf = issuedBy(authority(rsaKey("x"), "Loop"), ecKey("y"));
  refuses(
    () => verifyChain(leaf.parsed, { anchors: [authority().parsed], intermediates: bare, now: NOW }),
    "chain",
    /too many possible paths/,
  );
});
