import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import fc from "fast-check";
import { certificateFromPem, certificatesFromPem, parseCertificate, toPem } from "../../../src/pki/certificate.ts";
import * as write from "../../../src/pki/der_writer.ts";
import { Der } from "../../../src/pki/der.ts";
import { readName, sameName, writeName } from "../../../src/pki/name.ts";
import {
  authority,
  ecKey,
  flip,
  inFolder,
  issuedBy,
  namedBits,
  openssl,
  refuses,
  rsaKey,
  selfIdentity,
  survives,
} from "./helpers.ts";

const EXTENSIONS = `
[req]
distinguished_name = dn
prompt = no
x509_extensions = ext
[dn]
C = US
O = Espalier, \\"Inc\\"
OU = A+B
serialNumber = C02XX
UID = com.apple.mgmt.External.42
CN = Gerät \\#1
[ext]
basicConstraints = critical,CA:TRUE,pathlen:3
keyUsage = critical,keyCertSign,digitalSignature
extendedKeyUsage = clientAuth,1.2.3.4
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
subjectAltName = DNS:a.example,email:x@example.org,URI:https://u.example/,IP:10.1.2.3,IP:2001:db8::1,otherName:msUPN;UTF8:p@example.org
1.2.840.113635.100.8.9.1 = ASN1:FORMAT:ASCII,OCTETSTRING:C02XX
`;

Deno.test("a certificate of openssl with every extension is read as openssl wrote it", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/c.cnf`, EXTENSIONS);
    await openssl(
      folder,
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-384",
      "-nodes",
      "-keyout",
      "k.pem",
      "-out",
      "c.pem",
      "-days",
      "90",
      "-config",
      "c.cnf",
      "-utf8",
      "-set_serial",
      "0x00ff01",
    );
    const pem = await Deno.readTextFile(`${folder}/c.pem`);
    const certificate = certificateFromPem(pem);
    assert.equal(certificate.subject.commonName, "Gerät #1");
    assert.equal(certificate.subject.organization, 'Espalier, "Inc"');
    assert.equal(certificate.subject.organizationalUnit, "A+B");
    assert.equal(certificate.subject.serialNumber, "C02XX");
    assert.equal(certificate.subject.userId, "com.apple.mgmt.External.42");
    assert.equal(
      certificate.subject.toString(),
      'CN=Gerät #1,UID=com.apple.mgmt.External.42,serialNumber=C02XX,OU=A\\+B,O=Espalier\\, \\"Inc\\",C=US',
    );
    assert.equal(certificate.serialNumber, "ff01");
    assert.equal(certificate.isCa, true);
    assert.equal(certificate.pathLength, 3);
    assert.deepEqual([...certificate.keyUsage ?? []], ["digitalSignature", "keyCertSign"]);
    assert.deepEqual(certificate.extendedKeyUsage, ["1.3.6.1.5.5.7.3.2", "1.2.3.4"]);
    assert.equal(certificate.subjectKeyId, certificate.authorityKeyId);
    assert.deepEqual(certificate.subjectAltNames, [
      { kind: "dns", value: "a.example" },
      { kind: "email", value: "x@example.org" },
      { kind: "uri", value: "https://u.example/" },
      { kind: "ip", value: "10.1.2.3" },
      { kind: "ip", value: "2001:0db8:0000:0000:0000:0000:0000:0001" },
      { kind: "ntPrincipalName", value: "p@example.org" },
    ]);
    assert.ok(certificate.publicKey.kind === "ec" && certificate.publicKey.curve === "P-384");
    assert.equal(
      certificate.extensions.get("1.2.840.113635.100.8.9.1")?.toHex(),
      "0405" + "C02XX".split("").map((c) => c.charCodeAt(0).toString(16)).join(""),
    );
    assert.deepEqual([...certificate.criticalExtensions].toSorted(), ["2.5.29.15", "2.5.29.19"]);
    const judge = new X509Certificate(pem);
    assert.equal(certificate.fingerprint, judge.fingerprint256.replaceAll(":", "").toLowerCase());
    assert.equal(certificate.notBefore.getTime(), new Date(judge.validFrom).getTime());
    assert.equal(certificate.notAfter.getTime(), new Date(judge.validTo).getTime());
  });
});

Deno.test("PEM: chains are read in order, text around blocks is skipped, damage and emptiness are refused", () => {
  const [a, b] = [selfIdentity(ecKey("a"), "a"), selfIdentity(ecKey("b"), "b")];
  const text = `subject=a\n${toPem(a.certificate, "CERTIFICATE")}\r\nnoise\n${toPem(b.certificate, "CERTIFICATE")}`;
  assert.deepEqual(certificatesFromPem(text).map(({ subject }) => subject.commonName), ["a", "b"]);
  assert.equal(
    certificateFromPem(toPem(a.certificate, "CERTIFICATE").replaceAll("\n", "\r\n")).subject.commonName,
    "a",
  );
  refuses(() => certificateFromPem(text), "certificate", /2 certificates/);
  refuses(() => certificatesFromPem("hello"), "certificate", /no certificate/);
  refuses(() => certificatesFromPem(toPem(a.certificate, "PRIVATE KEY")), "certificate", /no certificate/);
  refuses(() => certificatesFromPem("-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----"), undefined);
});

Deno.test("a certificate with trailing bytes, cut short, or with two algorithms is refused", () => {
  const { certificate } = selfIdentity(rsaKey());
  refuses(() => parseCertificate(write.concat(certificate, Uint8Array.of(0))), "asn1", /follow/);
  for (let length = 0; length < certificate.length; length += 7) {
    refuses(() => parseCertificate(certificate.subarray(0, length)), undefined);
  }
  const rsaWithSha256 = "06092a864886f70d01010b";
  const first = certificate.toHex().indexOf(rsaWithSha256) / 2 + 10;
  refuses(() => parseCertificate(flip(certificate, first, 2)), "certificate", /two signature algorithms/);
});

Deno.test("a repeated extension is refused", () => {
  const { certificate } = selfIdentity(rsaKey());
  const usage = Uint8Array.fromHex("0603551d0f");
  const [tbs, algorithm, signature] = Der.parse(certificate).children();
  assert.ok(tbs && algorithm && signature);
  const parts = tbs.children();
  const extension = write.sequence(usage, write.octets(namedBits([0])));
  const doubled = write.sequence(
    write.sequence(...parts.slice(0, -1).map(({ raw }) => raw), write.context(3, write.sequence(extension, extension))),
    algorithm.raw,
    signature.raw,
  );
  refuses(() => parseCertificate(doubled), "certificate", /twice/);
});

Deno.test("any flipped bit gives another fingerprint or a refusal, never another kind of error", () => {
  const { certificate, parsed } = issuedBy(authority(), ecKey());
  for (let i = 0; i < certificate.length; i++) {
    const changed = flip(certificate, i, i % 8);
    survives(() => assert.notEqual(parseCertificate(changed).fingerprint, parsed.fingerprint));
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
    assert.equal(survives(() => parseCertificate(bytes)), false);
  }));
});

Deno.test("a parsed certificate does not change with the bytes it was read from", () => {
  const { certificate } = selfIdentity(ecKey());
  const message = write.concat(new Uint8Array(10), certificate);
  const parsed = parseCertificate(message.subarray(10));
  message.fill(0);
  assert.deepEqual(parsed.der, Uint8Array.from(certificate));
});

Deno.test("names are the same in another string type, and differ in anything else", () => {
  const name = (der: Uint8Array) => readName(Der.parse(der));
  const one = name(writeName([["C", "US"], ["CN", "a"]]));
  const cn = (value: Uint8Array) => write.setOf(write.sequence(write.oid("2.5.4.3"), value));
  assert.ok(
    sameName(name(write.sequence(cn(write.utf8String("a")))), name(write.sequence(cn(write.printableString("a"))))),
  );
  assert.ok(!sameName(one, name(writeName([["CN", "a"], ["C", "US"]]))));
  assert.ok(!sameName(one, name(writeName([["C", "US"], ["CN", "A"]]))));
  // One attribute that looks like two when it is not escaped.
  assert.ok(!sameName(name(writeName([["O", "b"], ["CN", "a"]])), name(writeName([["CN", "a,O=b"]]))));
  assert.equal(name(writeName([["CN", " #a\\,\0 "]])).toString(), "CN=\\ #a\\\\\\,\\00\\ ");
  // A text that looks like the DER of a value that is no text.
  const opaque = name(write.sequence(cn(write.nil())));
  assert.equal(opaque.toString(), "CN=#0500");
  assert.ok(!sameName(opaque, name(write.sequence(cn(write.utf8String("#0500"))))));
  refuses(() => writeName([["XX", "a"]]), "certificate", /attribute "XX"/);
  refuses(() => name(write.sequence(write.element(0x31))), "asn1", /empty/);
});
