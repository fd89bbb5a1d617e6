/**
 * The client's side of SCEP (RFC 8894), as simulated devices use it.
 *
 * @module
 */
import type { HashName } from "../../src/pki/algorithms.ts";
import type { Certificate } from "../../src/pki/certificate.ts";
import { type ContentCipher, openEnveloped, type Recipient, sealEnveloped } from "../../src/pki/cms/enveloped.ts";
import {
  certificatesOf,
  type Identity,
  type Sign,
  signAttached,
  type SignedAttribute,
} from "../../src/pki/cms/signed.ts";
import { readSignedData, verifySigner } from "../../src/pki/cms/signed_data.ts";
import * as write from "../../src/pki/der_writer.ts";
import { PkiError } from "../../src/pki/errors.ts";
import { sameBytes } from "../../src/pki/name.ts";
import { OID } from "../../src/pki/oids.ts";
import {
  FAIL_INFOS,
  type FailInfo,
  messageTypeName,
  messageTypeNumber,
  nonceAttribute,
  textAttribute,
} from "../../src/pki/scep/attributes.ts";

/** A request to send. */
export type PkcsReqInput = {
  /** DER, of `buildCsr`. */
  readonly csr: Uint8Array;
  /** Self-signed for a first request, the old identity for a renewal. */
  readonly signer: Identity;
  /** DER of the certificate to encrypt to: the RA's, or the CA's if there is no RA. */
  readonly recipient: Uint8Array;
  /** PrintableString. */
  readonly transactionId: string;
  /** 16 random bytes. */
  readonly senderNonce: Uint8Array;
  readonly messageType?: "PKCSReq" | "RenewalReq";
  readonly cipher?: Exclude<ContentCipher, "aes-192-cbc">;
  readonly digest?: HashName;
  /** Makes the signature of the message; `node:crypto` by default. */
  readonly sign?: Sign;
};

/** Writes a PKCSReq or RenewalReq. */
export function buildPkcsReq(input: PkcsReqInput): Uint8Array<ArrayBuffer> {
  const attributes: SignedAttribute[] = [
    [OID.scepMessageType, write.printableString(messageTypeNumber(input.messageType ?? "PKCSReq"))],
    [OID.scepTransactionId, write.printableString(input.transactionId)],
    [OID.scepSenderNonce, write.octets(input.senderNonce)],
  ];
  const envelope = sealEnveloped(input.csr, input.recipient, { cipher: input.cipher ?? "aes-256-cbc" });
  return signAttached(envelope, input.signer, {
    attributes,
    plainRsaAlgorithm: true,
    ...(input.digest === undefined ? {} : { digest: input.digest }),
    ...(input.sign === undefined ? {} : { sign: input.sign }),
  });
}

/** An opened answer; `certificates` begin with the one that was issued. */
export type OpenedCertRep =
  | { readonly status: "success"; readonly certificates: readonly Certificate[] }
  | { readonly status: "failure"; readonly failInfo: FailInfo | "unknown" }
  | { readonly status: "pending" };

/** The values that an answer is checked against. */
export type CertRepExpectation = {
  /** The request's signer, to whom the answer is encrypted. */
  readonly recipient: Recipient;
  /** Certificates that may sign the answer: the CA's and the RA's. */
  readonly signers: readonly Certificate[];
  readonly transactionId: string;
  readonly senderNonce: Uint8Array;
};

/** Verifies and opens a CertRep. */
export function openCertRep(der: Uint8Array, expected: CertRepExpectation): OpenedCertRep {
  const data = readSignedData(der);
  const [info, ...others] = data.signers;
  if (info?.signedAttributes === undefined || others.length > 0) {
    throw new PkiError("scep", "Cannot open the CertRep: it should have one signer with signed attributes");
  }
  const { certificate } = verifySigner(data, info, data.content ?? new Uint8Array());
  if (!expected.signers.some(({ fingerprint }) => fingerprint === certificate.fingerprint)) {
    throw new PkiError("scep", `Cannot trust the CertRep: "${certificate.subject}" signed it, not the authority`);
  }
  const attributes = info.signedAttributes;
  if (messageTypeName(textAttribute(attributes, OID.scepMessageType, "messageType")) !== "CertRep") {
    throw new PkiError("scep", "Cannot open the CertRep: it is another type of message");
  }
  const nonce = nonceAttribute(attributes, OID.scepRecipientNonce, "recipientNonce");
  const transactionId = textAttribute(attributes, OID.scepTransactionId, "transactionID");
  if (!sameBytes(nonce, expected.senderNonce) || transactionId !== expected.transactionId) {
    throw new PkiError("scep", "Cannot trust the CertRep: it answers another request");
  }
  const status = textAttribute(attributes, OID.scepPkiStatus, "pkiStatus");
  if (status === "3") return { status: "pending" };
  if (status !== "0") {
    const failInfo = FAIL_INFOS[Number(textAttribute(attributes, OID.scepFailInfo, "failInfo"))];
    return { status: "failure", failInfo: failInfo ?? "unknown" };
  }
  if (data.content === undefined) throw new PkiError("scep", "Cannot open the CertRep: it has no content");
  return issued(certificatesOf(openEnveloped(data.content, expected.recipient)));
}

function issued(certificates: Certificate[]): OpenedCertRep {
  // Section 3.3.2: the new certificate comes with its chain, in no promised order; it is the one that is no authority.
  const leaf = certificates.find(({ isCa }) => !isCa);
  if (leaf === undefined) throw new PkiError("scep", "Cannot open the CertRep: it holds no certificate for a client");
  return { status: "success", certificates: [leaf, ...certificates.filter((certificate) => certificate !== leaf)] };
}
