import assert from "node:assert/strict";
import fc from "fast-check";
import { parseCertificate } from "../../../../src/pki/certificate.ts";
import { sealEnveloped } from "../../../../src/pki/cms/enveloped.ts";
import { signAttached, type SignedAttribute } from "../../../../src/pki/cms/signed.ts";
import { buildCsr } from "../../../../src/pki/csr.ts";
import * as write from "../../../../src/pki/der_writer.ts";
import { OID } from "../../../../src/pki/oids.ts";
import { buildPkcsReq, openCertRep, type PkcsReqInput } from "../../../../simulators/device/scep_client.ts";
import { openPkiMessage, UnopenedMessage } from "../../../../src/pki/scep/message.ts";
import { certRep } from "../../../../src/pki/scep/reply.ts";
import { readSignedData } from "../../../../src/pki/cms/signed_data.ts";
import { cipherOf } from "../../../../src/pki/cms/enveloped.ts";
import { authority, ecKey, flip, NOW, refuses, rsaKey, selfIdentity, survives, utf8 } from "../helpers.ts";
import { answer, withRa } from "./helpers.ts";

const scep = withRa(authority());
const officer = { certificate: scep.ra.parsed, key: scep.ra.key };
const signer = selfIdentity(rsaKey("client"), "SCEP SIGNER");
const csr = buildCsr({
  subject: [["CN", "MDM$OTA$x"]],
  key: rsaKey("client"),
  attributes: { challengePassword: "s3cret" },
});
const input: PkcsReqInput = {
  csr,
  signer,
  recipient: scep.ra.certificate,
  transactionId: "A-transaction=1/2+3",
  senderNonce: new Uint8Array(16).fill(9),
};
const expected = {
  recipient: { certificate: signer.parsed, key: signer.key },
  signers: [scep.ra.parsed],
  transactionId: input.transactionId,
  senderNonce: input.senderNonce,
};

Deno.test("a request in every cipher and digest is opened, and answered in AES and SHA-256", () => {
  for (const cipher of ["des-cbc", "des-ede3-cbc", "aes-128-cbc", "aes-256-cbc"] as const) {
    for (const digest of ["sha1", "sha256", "sha512"] as const) {
      const message = openPkiMessage(buildPkcsReq({ ...input, cipher, digest }), officer);
      assert.ok(message.messageType === "PKCSReq");
      assert.equal(message.challengePassword, "s3cret");
      assert.equal(message.transactionId, input.transactionId);
      assert.deepEqual([message.requestCipher, message.digest], [cipher, digest]);
      assert.equal(message.signer.fingerprint, signer.parsed.fingerprint);
      assert.equal(message.csr.subject.commonName, "MDM$OTA$x");

      const { reply } = answer(scep, buildPkcsReq({ ...input, cipher, digest }), NOW);
      const opened = openCertRep(reply, expected);
      assert.ok(opened.status === "success");
      assert.equal(opened.certificates[0]?.spkiFingerprint, signer.parsed.spkiFingerprint);
      assert.equal(opened.certificates[1]?.fingerprint, scep.ca.parsed.fingerprint);
      const data = readSignedData(reply);
      assert.equal(cipherOf(data.content ?? new Uint8Array()), cipher === "aes-256-cbc" ? cipher : "aes-128-cbc");
      assert.equal(data.signers[0]?.signatureAlgorithm.oid, OID.rsaEncryption);
      assert.equal(data.signers[0]?.digestAlgorithm.oid, OID.sha256);
      assert.equal(
        parseCertificate(data.certificates[0]?.raw ?? new Uint8Array()).fingerprint,
        scep.ra.parsed.fingerprint,
      );
    }
  }
});

Deno.test("a renewal gives back the certificate that signed it, for the caller to check", () => {
  const message = openPkiMessage(buildPkcsReq({ ...input, messageType: "RenewalReq" }), officer);
  assert.equal(message.messageType, "RenewalReq");
  assert.equal(message.signer.fingerprint, signer.parsed.fingerprint);
});

Deno.test("a failure has no envelope, names its reason, and answers this request only", () => {
  const message = openPkiMessage(buildPkcsReq(input), officer);
  const reply = certRep({ kind: "failure", failInfo: "badRequest" }, message, officer);
  assert.equal(readSignedData(reply).content, undefined);
  assert.deepEqual(openCertRep(reply, expected), { status: "failure", failInfo: "badRequest" });
  refuses(() => openCertRep(reply, { ...expected, senderNonce: new Uint8Array(16) }), "scep", /another request/);
  refuses(() => openCertRep(reply, { ...expected, transactionId: "other" }), "scep", /another request/);
  refuses(() => openCertRep(reply, { ...expected, signers: [signer.parsed] }), "scep", /not the authority/);
});

Deno.test("a message with a changed bit opens as the same request or not at all", () => {
  const der = buildPkcsReq(input);
  for (let i = 0; i < der.length; i += 3) {
    survives(() => {
      const message = openPkiMessage(flip(der, i, i % 8), officer);
      assert.equal(message.transactionId, input.transactionId);
      assert.deepEqual(message.signer.publicKey, signer.parsed.publicKey);
      assert.ok("csr" in message && message.csr.subject.commonName === "MDM$OTA$x");
    });
  }
});

const printable = (oid: string, text: string): SignedAttribute => [oid, write.printableString(text)];
const nonce: SignedAttribute = [OID.scepSenderNonce, write.octets(new Uint8Array(16))];
const envelope = sealEnveloped(csr, scep.ra.certificate, { cipher: "aes-128-cbc" });
const signed = (...attributes: SignedAttribute[]) => signAttached(envelope, signer, { attributes });
const transaction = printable(OID.scepTransactionId, "1");

Deno.test("a message without type, transaction or nonce, or of a type that is no request, is refused", () => {
  const type = printable(OID.scepMessageType, "19");
  assert.ok(openPkiMessage(signed(type, transaction, nonce), officer));
  refuses(() => openPkiMessage(signed(transaction, nonce), officer), "scep", /messageType is missing/);
  refuses(() => openPkiMessage(signed(type, nonce), officer), "scep", /transactionID is missing/);
  refuses(() => openPkiMessage(signed(type, transaction), officer), "scep", /senderNonce is missing/);
  refuses(() => openPkiMessage(signed(type, printable(OID.scepTransactionId, ""), nonce), officer), "scep", /1 to 255/);
  for (const number of ["3", "0", "99", "nineteen", "toString"]) {
    refuses(
      () => openPkiMessage(signed(printable(OID.scepMessageType, number), transaction, nonce), officer),
      "scep",
      /not the type/,
    );
  }
  const poll = openPkiMessage(signed(printable(OID.scepMessageType, "20"), transaction, nonce), officer);
  assert.equal(poll.messageType, "GetCertInitial");
  assert.ok(!("csr" in poll));
});

Deno.test("an unopenable content names the recipient of the answer, and never the reason", () => {
  const type = printable(OID.scepMessageType, "19");
  const wrap = (content: Uint8Array) => signAttached(content, signer, { attributes: [type, transaction, nonce] });
  const reasons = new Set<string>();
  const cases = [
    // Good key transport, rubbish inside; a broken key transport; broken padding.
    wrap(sealEnveloped(utf8("no request at all"), scep.ra.certificate, { cipher: "aes-128-cbc" })),
    wrap(sealEnveloped(new Uint8Array(), scep.ra.certificate, { cipher: "aes-128-cbc" })),
    wrap(sealEnveloped(write.sequence(write.nil()), scep.ra.certificate, { cipher: "aes-128-cbc" })),
    wrap(flip(envelope, envelope.length - 1)),
    wrap(flip(envelope, envelope.length - 20)),
    wrap(flip(envelope, envelope.toHex().indexOf("04820100") / 2 + 40)),
    wrap(sealEnveloped(flip(csr, csr.length - 1), scep.ra.certificate, { cipher: "aes-128-cbc" })),
    wrap(sealEnveloped(flip(csr, 30), scep.ra.certificate, { cipher: "aes-128-cbc" })),
  ];
  for (const der of cases) {
    assert.throws(() => openPkiMessage(der, officer), (error) => {
      assert.ok(error instanceof UnopenedMessage);
      assert.equal(error.envelope.transactionId, "1");
      reasons.add(`${error.code} ${error.message}`);
      return true;
    });
  }
  assert.deepEqual([...reasons], ["decrypt Cannot open the SCEP message: it does not decrypt to a valid request"]);
  const { reply } = answer(scep, cases[0] ?? new Uint8Array(), NOW);
  assert.equal(
    openCertRep(reply, { ...expected, transactionId: "1", senderNonce: new Uint8Array(16) }).status,
    "failure",
  );
});

Deno.test("a message to another authority is reported as such", () => {
  const der = buildPkcsReq({ ...input, recipient: selfIdentity(rsaKey("other"), "other").certificate });
  refuses(() => openPkiMessage(der, officer), "cms", /not addressed/);
});

Deno.test("a request whose signer has no RSA key can not be answered with a certificate", () => {
  const ec = selfIdentity(ecKey(), "ec");
  refuses(() => answer(scep, buildPkcsReq({ ...input, signer: ec }), NOW), "unsupported", /not RSA/);
});

Deno.test("a wrong challenge gets a failure", () => {
  const wrong = buildCsr({ subject: [["CN", "x"]], key: rsaKey("client"), attributes: { challengePassword: "guess" } });
  const { reply } = answer(scep, buildPkcsReq({ ...input, csr: wrong }), NOW);
  assert.deepEqual(openCertRep(reply, expected), { status: "failure", failInfo: "badRequest" });
});

Deno.test("random bytes are refused with the PKI error", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
    assert.equal(survives(() => openPkiMessage(bytes, officer)), false);
    assert.equal(survives(() => openCertRep(bytes, expected)), false);
  }));
});
