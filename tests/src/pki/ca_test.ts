import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { createAuthority, issueCertificate, randomSerial } from "../../../src/pki/ca.ts";
import { parseCertificate, toPem } from "../../../src/pki/certificate.ts";
import { verifyChain } from "../../../src/pki/chain.ts";
import { spkiOf } from "../../../src/pki/keys.ts";
import { OID } from "../../../src/pki/oids.ts";
import { authority, ecKey, inFolder, NOW, openssl, refuses, rsaKey, selfIdentity } from "./helpers.ts";

const DAY = 86_400_000;
const ca = (key = rsaKey("ca")) => {
  const { parsed } = authority(key);
  return { certificate: parsed, key };
};
const input = {
  subject: [["O", "MBU$1"], ["CN", "MDM$OTA$x"], ["2.5.4.5", "C02XX"]],
  spki: spkiOf(rsaKey()),
  serial: Uint8Array.fromHex("00f1f2f3f4f5f6f7f8f9fafbfcfdfeff"),
  notBefore: new Date(NOW.getTime() - 600_000),
  notAfter: new Date(NOW.getTime() + 365 * DAY),
  san: [{ kind: "dns", value: "d.example" }, { kind: "ntPrincipalName", value: "u@example.org" }],
  eku: [OID.clientAuth],
  keyUsage: ["digitalSignature", "keyEncipherment"],
} as const;

Deno.test("issued certificates satisfy openssl in strict mode, node and @peculiar/x509", async () => {
  await inFolder(async (folder) => {
    for (const caKey of [rsaKey("ca"), ecKey("ca"), ecKey("ca", "P-384"), ecKey("ca", "P-521")]) {
      const issuer = ca(caKey);
      const der = issueCertificate(issuer, input);
      const certificate = parseCertificate(der);
      await Deno.writeTextFile(`${folder}/ca.pem`, toPem(issuer.certificate.der, "CERTIFICATE"));
      await Deno.writeTextFile(`${folder}/c.pem`, toPem(der, "CERTIFICATE"));
      await openssl(
        folder,
        "verify",
        "-x509_strict",
        "-purpose",
        "sslclient",
        "-CAfile",
        "ca.pem",
        "-attime",
        String(NOW.getTime() / 1000),
        "c.pem",
      );
      assert.equal(verifyChain(certificate, { anchors: [issuer.certificate], now: NOW }).length, 2);
      assert.equal(certificate.subject.toString(), "serialNumber=C02XX,CN=MDM$OTA$x,O=MBU$1");
      assert.equal(certificate.serialNumber, "f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
      assert.equal(certificate.isCa, false);
      assert.equal(certificate.authorityKeyId, issuer.certificate.subjectKeyId);
      assert.deepEqual(certificate.subjectAltNames, input.san);
      assert.deepEqual(certificate.extendedKeyUsage, input.eku);
      assert.equal(certificate.notBefore.getTime(), input.notBefore.getTime());
      if (caKey.asymmetricKeyDetails?.namedCurve !== "secp521r1") {
        assert.ok(new X509Certificate(der).checkIssued(new X509Certificate(issuer.certificate.der)));
        const judge = new x509.X509Certificate(Uint8Array.from(der));
        assert.ok(await judge.verify({ publicKey: new x509.X509Certificate(issuer.certificate.der), date: NOW }));
      }
      assert.notEqual(certificate.signatureAlgorithm, "1.2.840.113549.1.1.5");
    }
  });
});

// docs/decisions/0004: features that the library does not have.
Deno.test("@peculiar/x509 signs with no KeyObject", async () => {
  const { privateKey, publicKey } = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, [
    "sign",
    "verify",
  ]);
  const issued = (signingKey: CryptoKey) =>
    x509.X509CertificateGenerator.create({
      subject: "CN=device",
      issuer: "CN=authority",
      serialNumber: "01",
      notBefore: NOW,
      notAfter: new Date(NOW.getTime() + DAY),
      publicKey,
      signingKey,
      signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
    });
  assert.equal((await issued(privateKey)).subject, "CN=device");
  // The type is wrong, as the library says: this is the key that the server has.
  await assert.rejects(issued(Object(ecKey("ca"))), TypeError);
});

Deno.test("an authority's certificate is a CA, for signing only, with no authority above or below", () => {
  const certificate = parseCertificate(
    createAuthority({ subject: [["CN", "CA"]], now: NOW, key: ecKey("ca"), years: 10 }),
  );
  assert.equal(certificate.isCa, true);
  assert.equal(certificate.pathLength, 0);
  assert.deepEqual([...certificate.keyUsage ?? []], ["keyCertSign", "cRLSign"]);
  assert.ok(certificate.subjectKeyId);
  assert.deepEqual([...certificate.criticalExtensions].toSorted(), [OID.keyUsage, OID.basicConstraints]);
  assert.equal(certificate.notAfter.toISOString(), "2036-06-15T12:00:00.000Z");
});

Deno.test("an authority's certificates do not outlive it, are not authorities, and do not carry another issuer", () => {
  const issuer = ca();
  const long = issueCertificate(issuer, { ...input, notAfter: new Date(NOW.getTime() + 99 * 365 * DAY) });
  assert.equal(parseCertificate(long).notAfter.getTime(), issuer.certificate.notAfter.getTime());
  refuses(() => issueCertificate(issuer, { ...input, keyUsage: ["keyCertSign"] }), "certificate");
  refuses(() => issueCertificate(issuer, { ...input, notAfter: input.notBefore }), "certificate", /expire before/);
  refuses(() => issueCertificate({ ...issuer, key: rsaKey("other") }, input), "key");
  const leaf = selfIdentity(rsaKey());
  refuses(
    () => issueCertificate({ certificate: leaf.parsed, key: leaf.key }, input),
    "key",
    /not a certificate authority/,
  );
});

Deno.test("dates from 2050 on, and serial numbers of 16 positive random bytes, are written right", () => {
  const certificate = createAuthority({ subject: [["CN", "CA"]], now: NOW, key: ecKey("ca"), years: 40 });
  assert.equal(new Date(new X509Certificate(certificate).validTo).getUTCFullYear(), 2066);
  const serials = new Set(Array.from({ length: 200 }, () => randomSerial().toHex()));
  assert.equal(serials.size, 200);
  for (const serial of serials) assert.match(serial, /^[4-7][0-9a-f]{31}$/);
});
