/**
 * docs/decisions/0004: features that @peculiar/x509 and pkijs do not have, and that we implement for that reason. A
 * test that fails here after an update shows that a library has gained a feature.
 *
 * @module
 */
import assert from "node:assert/strict";
import "reflect-metadata";
import { Attributes } from "@peculiar/asn1-csr";
import { AsnConvert } from "@peculiar/asn1-schema";
import * as asn1 from "@peculiar/asn1-x509";
import * as x509 from "@peculiar/x509";
import * as asn1js from "asn1js";
import * as pkijs from "pkijs";
import { pkcs12Of } from "../../../fuzz/builders/pkcs12.ts";
import { createAuthority, issueCertificate } from "../../../src/pki/ca.ts";
import { parseCertificate } from "../../../src/pki/certificate.ts";
import { openEnveloped, sealEnveloped } from "../../../src/pki/cms/enveloped.ts";
import { contentInfo, openSigned, signAttached } from "../../../src/pki/cms/signed.ts";
import { readSignedData } from "../../../src/pki/cms/signed_data.ts";
import { buildCsr, parseCsr } from "../../../src/pki/csr.ts";
import { Der } from "../../../src/pki/der.ts";
import * as write from "../../../src/pki/der_writer.ts";
import { exportPkcs8, spkiOf } from "../../../src/pki/keys.ts";
import { readName, type SubjectInput, writeName } from "../../../src/pki/name.ts";
import { OID } from "../../../src/pki/oids.ts";
import { openPkcs12 } from "../../../src/pki/pkcs12.ts";
import { authority, ecKey, NOW, refuses, rsaKey, selfIdentity, utf8 } from "./helpers.ts";

pkijs.setEngine("runtime", new pkijs.CryptoEngine({ name: "runtime", crypto, subtle: crypto.subtle }));

const issuer = () => {
  const { parsed, key } = authority();
  return { certificate: parsed, key };
};
const input = {
  subject: [["CN", "device"]] as SubjectInput,
  spki: spkiOf(ecKey()),
  serial: Uint8Array.of(1),
  notBefore: NOW,
  notAfter: new Date(NOW.getTime() + 86_400_000),
  keyUsage: ["digitalSignature"],
} as const;
const hexOf = (bytes: ArrayBuffer) => new Uint8Array(bytes).toHex();
const rsaCertificate = () => selfIdentity(rsaKey()).certificate;

Deno.test("@peculiar/x509 turns one name into another; ours is unchanged", () => {
  const written = (type: "dns" | "email" | "ip", value: string) =>
    hexOf(new x509.GeneralNames([{ type, value }]).rawData);
  const ours = (kind: "dns" | "email" | "ip", value: string) =>
    parseCertificate(issueCertificate(issuer(), { ...input, san: [{ kind, value }] })).subjectAltNames;
  // The attack: a person with such a name gets the certificate of another.
  assert.equal(written("dns", "\u0141.example"), written("dns", "A.example"));
  assert.equal(written("email", "\u0161@example.org"), written("email", "a@example.org"));
  assert.deepEqual(ours("dns", "\u0141.example"), [{ kind: "dns", value: "\u00c5\u0081.example" }]);
  assert.deepEqual(ours("email", "\u0161@example.org"), [{ kind: "email", value: "\u00c5\u00a1@example.org" }]);
  assert.equal(written("ip", "::1.2.3.4"), written("ip", "::1"));
  assert.deepEqual(ours("ip", "::1.2.3.4"), [{ kind: "ip", value: "0000:0000:0000:0000:0000:0000:0102:0304" }]);
  for (const address of ["fe80::1%eth0", "1.2.3", "01.2.3.4", "999.1.1.1"]) {
    refuses(() => ours("ip", address), "certificate", /not valid/);
  }

  const email = (value: string) =>
    hexOf(new x509.Name([{ "1.2.840.113549.1.9.1": [{ ia5String: value }] }]).toArrayBuffer());
  assert.equal(email("\u0141@example.org"), email("A@example.org"));
  const name = readName(Der.parse(writeName([["emailAddress", "\u0141@example.org"], ["DC", "\u0161"]])));
  assert.equal(name.toString(), "DC=\u0161,emailAddress=\u0141@example.org");
});

Deno.test("@peculiar/x509 writes keys and names differently from the input; ours refuses them", () => {
  const [algorithm, bits] = Der.parse(input.spki).children();
  assert.ok(algorithm && bits);
  const ber = write.indefinite(0x30, algorithm.raw, bits.raw);
  assert.deepEqual(AsnConvert.serialize(AsnConvert.parse(ber, asn1.SubjectPublicKeyInfo)), input.spki.buffer);
  refuses(() => issueCertificate(issuer(), { ...input, spki: ber }), "certificate", /not in DER/);
  const subject = Uint8Array.of(0x30, 0x81, 0);
  refuses(() => issueCertificate(issuer(), { ...input, subject }), "certificate", /not in DER/);

  // Names in the encodings of old authorities come out as they went in.
  for (const value of ["1e0400410141", "1402e941", "1c0400000041", "1a0141", "120131", "1301e9", "0c00", "020105"]) {
    const attribute = (type: string) => write.sequence(write.oid(type), Uint8Array.fromHex(value));
    const old = write.sequence(
      write.element(0x31, attribute("2.5.4.10"), attribute("2.5.4.3")),
      write.setOf(attribute("2.5.4.11")),
    );
    const certificate = createAuthority({ subject: old, now: NOW, key: ecKey("ca"), years: 1 });
    assert.equal(parseCertificate(certificate).subject.raw.toHex(), old.toHex());
  }
});

Deno.test("a key of 256 KB that nests, or has very many parts, is refused as any other", () => {
  const deep = new Uint8Array(262_144).map((_, at) => at % 2 === 0 ? 0x30 : 0x80);
  const wide = write.sequence(new Uint8Array(262_144).map((_, at) => at % 2 === 0 ? 5 : 0));
  for (const parameters of [deep, wide]) {
    const spki = write.sequence(write.algorithm(OID.rsaEncryption, parameters), write.element(0x03, new Uint8Array(8)));
    refuses(() => issueCertificate(issuer(), { ...input, spki }), "certificate", /cannot be read/);
  }
});

Deno.test("@peculiar/x509 falls over a long name with a RangeError; ours refuses it", () => {
  const long = "a".repeat(262_144);
  assert.throws(() => new x509.GeneralNames([{ type: "dns", value: long }]), RangeError);
  refuses(
    () => issueCertificate(issuer(), { ...input, san: [{ kind: "dns", value: long }] }),
    "certificate",
    /too long/,
  );
  refuses(
    () => issueCertificate(issuer(), { ...input, subject: [["2.5.4.5", long]] }),
    "certificate",
    /cannot be read/,
  );
  assert.equal(
    parseCertificate(issueCertificate(issuer(), { ...input, subject: [["CN", long]] })).subject.commonName,
    long,
  );
  const csr = buildCsr({ subject: input.subject, key: ecKey(), attributes: { challengePassword: long } });
  assert.equal(parseCsr(csr).challengePassword, long);
});

Deno.test("@peculiar/x509 leaves the order of a request's attributes to its caller; ours are in that of DER", () => {
  const csr = buildCsr({
    subject: input.subject,
    key: ecKey(),
    attributes: { challengePassword: "x".repeat(200), subjectAltNames: [{ kind: "dns", value: "a.example" }] },
  });
  assert.equal(parseCsr(csr).challengePassword, "x".repeat(200));
  const attributes = Der.parse(csr).children()[0]?.children()[3]?.children() ?? [];
  const written = attributes.map(({ raw }) => raw);
  assert.equal(written.length, 2);
  const theirs = new Attributes(written.toReversed().map((raw) => AsnConvert.parse(raw, asn1.Attribute)));
  assert.ok(hexOf(AsnConvert.serialize(theirs)).endsWith(write.concat(...written.toReversed()).toHex()));
  assert.equal(write.setOf(...written).slice(1).toHex(), write.element(0x31, ...written).slice(1).toHex());
});

Deno.test("pkijs neither opens nor writes an envelope with RSAES-PKCS1-v1_5, which all SCEP clients use", async () => {
  const certificate = rsaCertificate();
  const sealed = sealEnveloped(utf8("secret"), certificate, { cipher: "aes-128-cbc" });
  assert.deepEqual(
    openEnveloped(sealed, { certificate: parseCertificate(certificate), key: rsaKey() }),
    utf8("secret"),
  );
  const enveloped = new pkijs.EnvelopedData({ schema: pkijs.ContentInfo.fromBER(sealed).content });
  await assert.rejects(
    enveloped.decrypt(0, {
      recipientCertificate: pkijs.Certificate.fromBER(Uint8Array.from(certificate)),
      recipientPrivateKey: exportPkcs8(rsaKey()).buffer,
    }),
    /Unrecognized algorithm name/,
  );
  const own = new pkijs.EnvelopedData();
  own.addRecipientByCertificate(pkijs.Certificate.fromBER(Uint8Array.from(certificate)), {}, 1);
  const algorithm: AesKeyGenParams = { name: "AES-CBC", length: 128 };
  await own.encrypt(algorithm, utf8("secret").buffer);
  const [recipient] = own.recipientInfos;
  assert.ok(recipient?.value instanceof pkijs.KeyTransRecipientInfo);
  assert.equal(recipient.value.keyEncryptionAlgorithm.algorithmId, OID.rsaesOaep);
});

const toSign = () => {
  const certificate = pkijs.Certificate.fromBER(Uint8Array.from(rsaCertificate()));
  const { issuer, serialNumber } = certificate;
  return new pkijs.SignedData({
    version: 1,
    encapContentInfo: new pkijs.EncapsulatedContentInfo({
      eContentType: OID.data,
      eContent: new asn1js.OctetString({ valueHex: utf8("profile").buffer }),
    }),
    certificates: [certificate],
    signerInfos: [
      new pkijs.SignerInfo({ version: 1, sid: new pkijs.IssuerAndSerialNumber({ issuer, serialNumber }) }),
    ],
  });
};

Deno.test("pkijs signs with no KeyObject, writes the content in pieces, and names no plain rsaEncryption", async () => {
  await assert.rejects(toSign().sign(Object(rsaKey()), 0, "SHA-256"), TypeError);
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("pkcs8", exportPkcs8(rsaKey()), algorithm, false, ["sign"]);
  const signed = toSign();
  await signed.sign(key, 0, "SHA-256");
  assert.equal(signed.signerInfos[0]?.signatureAlgorithm.algorithmId, "1.2.840.113549.1.1.11");
  const bytes = new Uint8Array(
    new pkijs.ContentInfo({ contentType: OID.signedData, content: signed.toSchema(true) }).toSchema().toBER(),
  );
  assert.deepEqual(openSigned(bytes).content, utf8("profile"));
  // A constructed OCTET STRING, which is no DER.
  assert.ok(bytes.toHex().includes("2409" + "0407" + utf8("profile").toHex()));
  const ours = signAttached(utf8("profile"), { certificate: rsaCertificate(), key: rsaKey() });
  assert.ok(ours.toHex().includes("a009" + "0407" + utf8("profile").toHex()));
});

const pkijsTakes = (cms: Uint8Array): Promise<boolean> =>
  new pkijs.SignedData({ schema: pkijs.ContentInfo.fromBER(Uint8Array.from(cms)).content })
    .verify({ signer: 0, checkChain: false });

Deno.test("pkijs accepts one message's signed attributes as the content of another, and repeated attributes", async () => {
  const identity = { certificate: rsaCertificate(), key: rsaKey() };
  const { issuer, serialNumber } = parseCertificate(identity.certificate);
  const [signer] = readSignedData(signAttached(utf8("meant"), identity)).signers;
  assert.ok(signer?.signedBytes);
  const disguised = contentInfo(
    "sha256",
    identity,
    write.sequence(
      write.integer(1),
      write.sequence(issuer.raw, write.integer(Uint8Array.fromHex(serialNumber))),
      write.algorithm(OID.sha256, write.nil()),
      write.algorithm("1.2.840.113549.1.1.11", write.nil()),
      write.octets(signer.signature),
    ),
    write.context(0, write.octets(signer.signedBytes)),
  );
  assert.equal(await pkijsTakes(disguised), true);
  refuses(() => openSigned(disguised), "cms", /another message's signed attributes/);

  const twice = signAttached(utf8("meant"), identity, {
    attributes: [[OID.scepTransactionId, write.printableString("1")], [
      OID.scepTransactionId,
      write.printableString("2"),
    ]],
  });
  assert.equal(await pkijsTakes(twice), true);
  refuses(() => openSigned(twice), "cms", /twice/);
});

Deno.test("pkijs opens no PKCS #12 file with the encryption that Keychain Access and Windows write", async () => {
  const certificates = [rsaCertificate()];
  const files = (scheme: "pkcs12" | "pbes2") =>
    pkcs12Of({ certificates, keys: [exportPkcs8(rsaKey())], password: "geheim", scheme });
  const opened = async (file: Uint8Array) => {
    const pfx = pkijs.PFX.fromBER(Uint8Array.from(file));
    const password = utf8("geheim").buffer;
    await pfx.parseInternalValues({ password, checkIntegrity: false });
    const safe = pfx.parsedValue?.authenticatedSafe;
    assert.ok(safe);
    await safe.parseInternalValues({ safeContents: [{ password }, {}] });
  };
  await opened(files("pbes2"));
  assert.equal(openPkcs12(files("pkcs12"), "geheim").certificates.length, 1);
  await assert.rejects(opened(files("pkcs12")), /1\.2\.840\.113549\.1\.12\.1\.3/);
});
