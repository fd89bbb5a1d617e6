/**
 * Other people's SCEP clients against our codecs, over HTTP on loopback. Tests are skipped where a client is not installed.
 */
import assert from "node:assert/strict";
import { certificateFromPem, parseCertificate, toPem } from "../../../../src/pki/certificate.ts";
import { verifyChain } from "../../../../src/pki/chain.ts";
import { authority, inFolder, installed, openssl, rsaKey, run } from "../helpers.ts";
import { createAuthority, issueCertificate, randomSerial } from "../../../../src/pki/ca.ts";
import { spkiOf } from "../../../../src/pki/keys.ts";
import { buildCsr } from "../../../../src/pki/csr.ts";
import { certificatesOf } from "../../../../src/pki/cms/signed.ts";
import { buildPkcsReq } from "../../../../simulators/device/scep_client.ts";
import { selfIdentity, type TestIdentity } from "../helpers.ts";
import { answer, type ScepAuthority, serve, withRa } from "./helpers.ts";

/** Clients look at the real clock, so the authority does too. */
function now(): { now: Date; ca: TestIdentity } {
  const at = new Date();
  const key = rsaKey("ca");
  const der = createAuthority({ subject: [["O", "Espalier Tests"], ["CN", "SCEP CA"]], now: at, key, years: 5 });
  return { now: at, ca: { parsed: parseCertificate(der), certificate: der, key } };
}

const single = (ca: TestIdentity): ScepAuthority => ({ ca, ra: ca, challenge: "s3cret" });

Deno.test({
  name: "scepclient enrolls, with a single authority",
  ignore: !installed("scepclient"),
  async fn() {
    const { now: at, ca } = now();
    const server = serve(single(ca), at);
    try {
      await inFolder(async (folder) => {
        const result = await run(
          folder,
          "scepclient",
          "-server-url",
          server.url,
          "-challenge",
          "s3cret",
          "-cn",
          "device-1",
          "-private-key",
          `${folder}/k.pem`,
          "-certificate",
          `${folder}/c.pem`,
        );
        assert.ok(result.success, result.errors + result.text + server.errors.map(String).join());
        const certificate = certificateFromPem(await Deno.readTextFile(`${folder}/c.pem`));
        assert.equal(certificate.subject.commonName, "device-1");
        assert.equal(verifyChain(certificate, { anchors: [ca.parsed], now: at }).length, 2);
        const [message] = server.seen;
        assert.equal(message?.messageType, "PKCSReq");
      });
    } finally {
      await server.stop();
    }
  },
});

Deno.test({
  name: "scepclient with a wrong challenge gets no certificate",
  ignore: !installed("scepclient"),
  async fn() {
    const { now: at, ca } = now();
    const server = serve(single(ca), at);
    try {
      await inFolder(async (folder) => {
        const result = await run(
          folder,
          "scepclient",
          "-server-url",
          server.url,
          "-challenge",
          "guess",
          "-private-key",
          `${folder}/k.pem`,
          "-certificate",
          `${folder}/c.pem`,
        );
        assert.ok(!result.success);
        assert.match(result.errors + result.text, /FAIL|badRequest/i);
      });
    } finally {
      await server.stop();
    }
  },
});

Deno.test({
  name: "strongSwan's pki enrolls and renews, in AES and 3DES, with single and separate officers",
  ignore: !installed("pki"),
  async fn() {
    for (const separate of [false, true]) {
      const { now: at, ca } = now();
      const scep = separate ? { ...withRa(ca), ra: raNow(ca, at) } : single(ca);
      const server = serve(scep, at);
      try {
        await inFolder(async (folder) => {
          await Deno.writeTextFile(`${folder}/ca.pem`, toPem(ca.certificate, "CERTIFICATE"));
          await Deno.writeTextFile(`${folder}/ra.pem`, toPem(scep.ra.certificate, "CERTIFICATE"));
          for (const name of ["k1", "k2"]) {
            await openssl(folder, "genrsa", "-traditional", "-out", `${name}.pem`, "2048");
          }
          for (const [cipher, digest] of [["aes", "sha256"], ["des3", "sha1"], ["aes", "sha512"]] as const) {
            const enroll = (key: string, ...options: string[]) =>
              run(
                folder,
                "pki",
                "--scep",
                "--url",
                server.url,
                "--in",
                `${key}.pem`,
                "--dn",
                "CN=device-2, O=Test",
                "--cacert-enc",
                "ra.pem",
                "--cacert-sig",
                "ra.pem",
                "--cacert",
                "ca.pem",
                "--cipher",
                cipher,
                "--digest",
                digest,
                "--outform",
                "pem",
                ...options,
              );
            const first = await enroll("k1", "--password", "s3cret");
            assert.ok(first.success, first.errors + server.errors.map(String).join());
            const one = certificateFromPem(first.text);
            assert.equal(one.subject.commonName, "device-2");
            await Deno.writeTextFile(`${folder}/old.pem`, first.text);
            const second = await enroll("k2", "--cert", "old.pem", "--key", "k1.pem");
            assert.ok(second.success, second.errors + server.errors.map(String).join());
            assert.notEqual(certificateFromPem(second.text).spkiFingerprint, one.spkiFingerprint);
            assert.equal(server.seen.at(-1)?.messageType, "RenewalReq");
            assert.equal(server.seen.at(-1)?.signer.fingerprint, one.fingerprint);
            const refused = await enroll("k2", "--password", "guess");
            assert.ok(!refused.success);
          }
        });
      } finally {
        await server.stop();
      }
    }
  },
});

/** A registration authority that is valid by the real clock. */
function raNow(ca: TestIdentity, at: Date): TestIdentity {
  const key = rsaKey("ra");
  const der = issueCertificate({ certificate: ca.parsed, key: ca.key }, {
    subject: [["CN", "RA"]],
    spki: spkiOf(key),
    serial: randomSerial(),
    notBefore: new Date(at.getTime() - 600_000),
    notAfter: new Date(at.getTime() + 86_400_000),
    keyUsage: ["digitalSignature", "keyEncipherment"],
  });
  return { parsed: parseCertificate(der), certificate: der, key };
}

Deno.test("openssl opens our answer by hand: the signature, then the envelope, then the certificates", async () => {
  const scep = withRa(authority());
  const signer = selfIdentity(rsaKey("client"), "SCEP SIGNER");
  const csr = buildCsr({ subject: [["CN", "x"]], key: rsaKey("client"), attributes: { challengePassword: "s3cret" } });
  const request = buildPkcsReq({
    csr,
    signer,
    recipient: scep.ra.certificate,
    transactionId: "1",
    senderNonce: new Uint8Array(16),
    cipher: "des-cbc",
    digest: "sha1",
  });
  const { reply } = answer(scep, request, new Date());
  await inFolder(async (folder) => {
    await Deno.writeFile(`${folder}/reply`, reply);
    await Deno.writeFile(`${folder}/request`, request);
    await Deno.writeTextFile(`${folder}/c.pem`, toPem(signer.certificate, "CERTIFICATE"));
    await Deno.writeTextFile(`${folder}/k.pem`, signer.key.export({ type: "pkcs8", format: "pem" }).toString());
    await openssl(folder, "cms", "-verify", "-noverify", "-binary", "-inform", "DER", "-in", "reply", "-out", "env");
    const inner = await openssl(
      folder,
      "cms",
      "-decrypt",
      "-binary",
      "-inform",
      "DER",
      "-in",
      "env",
      "-inkey",
      "k.pem",
      "-recip",
      "c.pem",
    );
    assert.equal(certificatesOf(inner)[0]?.subject.commonName, "x");
    await openssl(folder, "cms", "-verify", "-noverify", "-binary", "-inform", "DER", "-in", "request", "-out", "env");
  });
});
