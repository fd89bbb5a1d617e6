/**
 * Answers SCEP clients (RFC 8894 section 3.3.2), in the one form that every client tried understands: AES-CBC, SHA-256,
 * `rsaEncryption` as signature algorithm, the signer's certificate included, a FAILURE without an envelope.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import type { Recipient } from "../cms/enveloped.ts";
import { type ContentCipher, sealEnveloped } from "../cms/enveloped.ts";
import { sealForCurve } from "../cms/key_agreement.ts";
import { degenerate, signAttached, type SignedAttribute } from "../cms/signed.ts";
import * as write from "../der_writer.ts";
import { OID } from "../oids.ts";
import { FAIL_INFOS, type FailInfo, messageTypeNumber } from "./attributes.ts";
import type { Envelope } from "./message.ts";

export type { FailInfo } from "./attributes.ts";

/**
 * The capabilities of GetCACaps, one per line (section 3.5.2); DES3 and SHA-1 are for old clients, SHA-384 turns on
 * one's AES.
 */
export const SCEP_CAPABILITIES: readonly string[] = [
  "POSTPKIOperation",
  "SCEPStandard",
  "AES",
  "SHA-256",
  "SHA-384",
  "SHA-512",
  "Renewal",
  "DES3",
  "SHA-1",
];

/** The answer: a certificate (DER) with the certificates above it, or why not. */
export type CertRep =
  | { readonly kind: "success"; readonly certificate: Uint8Array; readonly chain?: readonly Uint8Array[] }
  | { readonly kind: "failure"; readonly failInfo: FailInfo };

/** The part of the message that its answer needs. */
export type Answered = Pick<Envelope, "transactionId" | "senderNonce" | "signer" | "requestCipher">;

/** Writes a CertRep, encrypted to the request's signer (an RSA certificate) and signed by `ra`. */
export function certRep(reply: CertRep, request: Answered, ra: Recipient): Uint8Array<ArrayBuffer> {
  if (reply.kind === "failure") return refusal(reply.failInfo, request, ra);
  const cipher = replyCipher(request.requestCipher);
  return success(sealEnveloped(certificatesOf(reply), request.signer.der, { cipher }), request, ra);
}

/** The same for any signer: an elliptic curve certificate gets its envelope by key agreement. */
export async function certRepForAny(
  reply: CertRep,
  request: Answered,
  ra: Recipient,
): Promise<Uint8Array<ArrayBuffer>> {
  if (reply.kind === "failure" || request.signer.publicKey.kind === "rsa") return certRep(reply, request, ra);
  return success(await sealForCurve(certificatesOf(reply), request.signer.der), request, ra);
}

const certificatesOf = ({ certificate, chain }: Extract<CertRep, { kind: "success" }>) =>
  degenerate([certificate, ...(chain ?? [])]);

function attributesOf(status: "0" | "2", request: Answered): SignedAttribute[] {
  return [
    [OID.scepMessageType, write.printableString(messageTypeNumber("CertRep"))],
    [OID.scepPkiStatus, write.printableString(status)],
    [OID.scepTransactionId, echo(request.transactionId)],
    [OID.scepSenderNonce, write.octets(randomBytes(16))],
    [OID.scepRecipientNonce, write.octets(request.senderNonce)],
  ];
}

function success(envelope: Uint8Array, request: Answered, ra: Recipient): Uint8Array<ArrayBuffer> {
  const identity = { certificate: ra.certificate.der, key: ra.key };
  return signAttached(envelope, identity, { attributes: attributesOf("0", request), plainRsaAlgorithm: true });
}

function refusal(failInfo: FailInfo, request: Answered, ra: Recipient): Uint8Array<ArrayBuffer> {
  const attributes = attributesOf("2", request);
  attributes.push([OID.scepFailInfo, write.printableString(String(FAIL_INFOS.indexOf(failInfo)))]);
  const identity = { certificate: ra.certificate.der, key: ra.key };
  return signAttached(new Uint8Array(), identity, { attributes, plainRsaAlgorithm: true, withoutContent: true });
}

/** Returns the transaction's name as received: clients compare it, also those that stretch PrintableString. */
const echo = (text: string): Uint8Array =>
  /^[\x20-\x7e]*$/.test(text) ? write.printableString(text) : write.utf8String(text);

/**
 * Returns the cipher of the answer: the client's if that is AES, otherwise AES-128, which clients that send DES can
 * read too.
 */
function replyCipher(requested: ContentCipher): "aes-256-cbc" | "aes-128-cbc" {
  return requested === "aes-256-cbc" || requested === "aes-192-cbc" ? "aes-256-cbc" : "aes-128-cbc";
}
