/**
 * Signed and sealed messages, certificates, requests.
 *
 * @module
 */

import { senderOf } from "../../src/identity/sender.ts";
import { parseCertificate } from "../../src/pki/certificate.ts";
import { verifyDetached } from "../../src/pki/cms/detached.ts";
import { openEnveloped, sealEnveloped } from "../../src/pki/cms/enveloped.ts";
import { openSigned, signAttached } from "../../src/pki/cms/signed.ts";
import { buildCsr, parseCsr } from "../../src/pki/csr.ts";
import * as write from "../../src/pki/der_writer.ts";
import { pemBlocks, toPem } from "../../src/pki/pem.ts";
import { buildPkcsReq } from "../../simulators/device/scep_client.ts";
import { openPkiMessage } from "../../src/pki/scep/message.ts";
import { certRepForAny } from "../../src/pki/scep/reply.ts";
import { certificateWithManyNames, requestWithManyNames } from "../builders/names.ts";
import { AUTHORITY as ca, DEVICE as device } from "../identities.ts";
import { corpusOf } from "../corpus.ts";
import { likePkijs, storable } from "../judges.ts";
import { type Bytes, bytes, filled, isPkiError, isProblem, MB, type ReaderTarget, text } from "./reader.ts";
import { signDetached } from "../../simulators/device/sign_detached.ts";
import type { VerifiedSigner } from "../../src/pki/cms/signed_data.ts";
import { selfSigned } from "../../simulators/device/self_signed.ts";

const content = bytes("<plist/>");
const NOW = Date.parse("2026-06-15T12:00:00Z");

/** An identity whose subject has that many bytes. */
const named = (subject: [string, string][]) => {
  const { key } = device;
  const certificate = selfSigned({
    subject,
    key,
    notBefore: VALIDITY.from,
    notAfter: VALIDITY.until,
  });
  return { key, certificate };
};
const longSubject = (size: number): [string, string][] => [["CN", "-----BEGIN PRIVATE KEY-----".repeat(size / 27 | 0)]];
const VALIDITY = { from: new Date(NOW - 1e9), until: new Date(NOW + 1e9) };
const manyNamed = (size: number) => ({
  key: device.key,
  certificate: certificateWithManyNames(size, device.key, VALIDITY),
});
const broken = (message: Bytes): Bytes => message.with(message.length - 1, (message.at(-1) ?? 0) ^ 1);

/** ASN.1 that nests or splits as far as it may. */
export const ASN1_SHAPES = {
  "indefinite lengths": (size: number) => new Uint8Array(size).map((_, index) => index % 2 === 0 ? 0x30 : 0x80),
  "empty sequences": (size: number) =>
    write.sequence(new Uint8Array(size).map((_, index) => index % 2 === 0 ? 0x30 : 0)),
  "zeros": (size: number) => write.sequence(new Uint8Array(size)),
  "a long integer": (size: number) => write.sequence(write.integer(new Uint8Array(size).fill(0x7f))),
};

/** SignedData whose content is cut into pieces, nested pairwise. */
const inPieces = (size: number): Bytes => {
  let pieces: Bytes = write.octets(new Uint8Array(Math.max(1, size / 30 | 0)));
  for (let level = 0; level < 28; level++) {
    pieces = write.element(0x24, pieces, write.octets(new Uint8Array(size / 30 | 0)));
  }
  return write.sequence(
    write.oid("1.2.840.113549.1.7.2"),
    write.context(
      0,
      write.sequence(
        write.integer(1),
        write.setOf(),
        write.sequence(write.oid("1.2.840.113549.1.7.1"), write.context(0, pieces)),
        write.setOf(),
      ),
    ),
  );
};

const CSR = (): Bytes => corpusOf("certification request")[0]?.input ?? new Uint8Array();

/**
 * A message accepted as signed must be signed for another reader, too. Neither checks the content of a certificate
 * here: pkijs has other rules for it and would refuse the whole message.
 */
async function judgeSignature(input: Bytes, signer: unknown, body: Bytes | undefined): Promise<void> {
  if (!isSigner(signer) || signer.certificate.fingerprint !== device.parsed.fingerprint) return;
  await likePkijs(input, body);
}

const isSigner = (value: unknown): value is VerifiedSigner =>
  typeof value === "object" && value !== null && "certificate" in value;

export const SIGNED_READERS: readonly ReaderTarget[] = [
  {
    name: "CMS, detached",
    form: "der",
    judge: (input, signer) => judgeSignature(input, signer, content),
    read: (input) => verifyDetached(input, content),
    refuses: isPkiError,
    largest: 64 * 1024,
    seeds: () => [],
    shapes: {
      ...ASN1_SHAPES,
      "a long subject": (size) => signDetached(content, named(longSubject(size)), { form: "der" }),
      "a long subject that is not to be trusted": (size) =>
        broken(signDetached(content, named(longSubject(size)), { form: "der" })),
      "many names": (size) => signDetached(content, manyNamed(size), { form: "der" }),
    },
  },
  {
    name: "CMS, attached",
    form: "der",
    judge: (input) => judgeSignature(input, openSigned(input).signers[0], undefined),
    read: (input) => openSigned(input),
    refuses: isPkiError,
    largest: 256 * 1024,
    seeds: () => [],
    shapes: {
      ...ASN1_SHAPES,
      "content": (size) => signAttached(new Uint8Array(size), device),
      "content in pieces": inPieces,
      "a long subject": (size) => broken(signAttached(content, named(longSubject(size)))),
    },
  },
  {
    name: "CMS, enveloped",
    form: "der",
    read: (input) => openEnveloped(input, { certificate: ca.parsed, key: ca.key }),
    refuses: isPkiError,
    largest: 256 * 1024,
    seeds: () => [],
    shapes: {
      ...ASN1_SHAPES,
      "content": (size) => sealEnveloped(new Uint8Array(size), ca.certificate, { cipher: "aes-256-cbc" }),
    },
  },
  {
    name: "SCEP message",
    form: "der",
    inside: {
      form: "der",
      seeds: () => [CSR()],
      wrap: (csr) =>
        buildPkcsReq({
          csr,
          signer: device,
          recipient: ca.certificate,
          transactionId: "1",
          senderNonce: new Uint8Array(16),
        }),
    },
    read: async (input) => {
      const authority = { certificate: ca.parsed, key: ca.key };
      const opened = openPkiMessage(input, authority);
      await certRepForAny({ kind: "failure", failInfo: "badRequest" }, opened, authority);
      return opened;
    },
    refuses: isPkiError,
    largest: 256 * 1024,
    seeds: () => [],
    shapes: {
      ...ASN1_SHAPES,
      "a long subject": (size) => scepMessage(buildCsr({ subject: longSubject(size), key: device.key })),
      "many names": (size) => scepMessage(requestWithManyNames(size, device.key)),
    },
  },
  {
    name: "certification request",
    form: "der",
    read: (input) => parseCsr(input),
    refuses: isPkiError,
    largest: 256 * 1024,
    seeds: () => [],
    shapes: {
      ...ASN1_SHAPES,
      "a long subject": (size) => buildCsr({ subject: longSubject(size), key: device.key }),
      "many names": (size) => requestWithManyNames(size, device.key),
      "a long challenge": (size) =>
        buildCsr({
          subject: [["CN", "device"]],
          key: device.key,
          attributes: { challengePassword: "c".repeat(size) },
        }),
    },
  },
  {
    name: "certificate",
    form: "der",
    read: (input) => {
      const certificate = parseCertificate(input);
      return [
        String(certificate.subject),
        certificate.isCa,
        certificate.publicKey.kind,
        certificate.subject.serialNumber,
      ];
    },
    judge: (_, facts) => storable(facts),
    refuses: isPkiError,
    largest: 256 * 1024,
    seeds: () => [device.certificate.slice(), ca.certificate.slice()],
    shapes: {
      ...ASN1_SHAPES,
      "a long subject": (size) => named(longSubject(size)).certificate,
      "many names": (size) => manyNamed(size).certificate,
    },
  },
  {
    name: "PEM",
    read: (input) => pemBlocks(text(input)),
    refuses: isPkiError,
    largest: 4 * MB,
    seeds: () => [bytes(toPem(device.certificate, "CERTIFICATE"))],
    shapes: {
      "line ends": filled("\n", "-----BEGIN A-----", "!"),
      "spaces": filled(" ", "-----BEGIN A-----", "-----END B-----"),
      "beginnings": filled("-----BEGIN A-----"),
      "beginnings of beginnings": filled("-----BEGIN "),
      "labels": filled("A", "-----BEGIN ", "-----"),
      "headers": filled("A: b\n", "-----BEGIN A-----\n", "-----END A-----"),
      "headers without end": filled("A: b\n", "-----BEGIN A-----\n"),
      "dashes": filled("-"),
      "base64 without end": filled("A", "-----BEGIN A-----\n"),
      "blocks": filled("-----BEGIN A-----\nAAAA\n-----END A-----\n"),
    },
  },
  {
    name: "X-SSL-Client-Cert",
    read: (input) => senderOf({ body: content, proxyCertificate: text(input) }),
    refuses: isProblem,
    largest: 64 * 1024,
    seeds: () => [
      bytes(encodeURIComponent(toPem(device.certificate, "CERTIFICATE"))),
      bytes(`:${device.certificate.toBase64()}:`),
    ],
    shapes: {
      "escapes": filled("%0A", "-----BEGIN CERTIFICATE-----"),
      "half escapes": filled("%"),
      "spaces": filled(" ", "-----BEGIN CERTIFICATE-----"),
      "base64": filled("A", ":", ":"),
      "almost base64": filled("A", ":", "!"),
      "beginnings": filled("-----BEGIN CERTIFICATE----- "),
    },
  },
  {
    name: "Mdm-Signature",
    read: (input) => senderOf({ body: content, signature: text(input) }),
    refuses: isProblem,
    largest: 64 * 1024,
    seeds: () => [],
    shapes: { "base64": filled("MIAw"), "spaces": filled(" ", "", "!"), "signs": filled("=") },
  },
];

function scepMessage(csr: Bytes): Bytes {
  return buildPkcsReq({
    csr,
    signer: device,
    recipient: ca.certificate,
    transactionId: "1",
    senderNonce: new Uint8Array(16),
  });
}
