/**
 * Opens the messages that a SCEP client posts (RFC 8894 section 3): a signed message around an envelope around a
 * request.
 *
 * @module
 */
import type { Certificate } from "../certificate.ts";
import { cipherOf, type ContentCipher, openEnveloped, type Recipient } from "../cms/enveloped.ts";
import { readSignedData, verifySigner } from "../cms/signed_data.ts";
import type { HashName } from "../algorithms.ts";
import { type CertificationRequest, parseCsr } from "../csr.ts";
import { PkiError } from "../errors.ts";
import { OID } from "../oids.ts";
import { type MessageType, messageTypeName, nonceAttribute, textAttribute } from "./attributes.ts";

/** The fields common to all messages: enough to answer them. */
export type Envelope = {
  readonly transactionId: string;
  readonly senderNonce: Uint8Array;
  /**
   * The certificate that signed the message, and that the answer is encrypted to. For PKCSReq usually self-signed and
   * no proof of identity; for RenewalReq the certificate to renew: **the caller must check** its chain, its pin and its
   * subject.
   */
  readonly signer: Certificate;
  readonly requestCipher: ContentCipher;
  readonly digest: HashName;
};

/** An opened message. `GetCertInitial` and others come without a request: nothing here is ever pending. */
export type PkiMessage =
  | Envelope & {
    readonly messageType: "PKCSReq" | "RenewalReq";
    readonly csr: CertificationRequest;
    /** The secret of the enrollment; only for a constant-time comparison. */
    readonly challengePassword?: string;
  }
  | Envelope & { readonly messageType: Exclude<MessageType, "PKCSReq" | "RenewalReq" | "CertRep"> };

/** A message whose signature is right, and that can be answered, but whose inside cannot be opened. */
export class UnopenedMessage extends PkiError {
  constructor(readonly envelope: Envelope, error: PkiError) {
    super(error.code, error.message, { cause: error });
  }
}

/**
 * Opens a pkiMessage that is addressed to `ra`.
 *
 * Throws {@link UnopenedMessage} when the outside is in order, so that the caller can answer with a FAILURE, and a plain
 * {@link PkiError} (HTTP 400) otherwise. An envelope that does not decrypt, one that decrypts to rubbish and one with a
 * request that is not signed by its own key give the same error with the same words: the difference would be a padding oracle.
 */
export function openPkiMessage(der: Uint8Array, ra: Recipient): PkiMessage {
  const data = readSignedData(der);
  const [info, ...others] = data.signers;
  if (info === undefined || others.length > 0) {
    throw new PkiError(
      "scep",
      `Cannot open the SCEP message: it has ${data.signers.length} signers and should have one`,
    );
  }
  if (info.signedAttributes === undefined || data.content === undefined) {
    throw new PkiError("scep", "Cannot open the SCEP message: it has no signed attributes or no content");
  }
  const { certificate: signer, digest } = verifySigner(data, info, data.content);
  const number = textAttribute(info.signedAttributes, OID.scepMessageType, "messageType");
  const messageType = messageTypeName(number);
  if (messageType === undefined || messageType === "CertRep") {
    throw new PkiError("scep", `Cannot open the SCEP message: ${number} is not the type of a request`);
  }
  const envelope: Envelope = {
    transactionId: textAttribute(info.signedAttributes, OID.scepTransactionId, "transactionID"),
    senderNonce: nonceAttribute(info.signedAttributes, OID.scepSenderNonce, "senderNonce"),
    signer,
    requestCipher: cipherOf(data.content),
    digest,
  };
  if (messageType !== "PKCSReq" && messageType !== "RenewalReq") return { ...envelope, messageType };
  const csr = openRequest(data.content, ra, envelope);
  const { challengePassword } = csr;
  return { ...envelope, messageType, csr, ...(challengePassword === undefined ? {} : { challengePassword }) };
}

function openRequest(content: Uint8Array, ra: Recipient, envelope: Envelope): CertificationRequest {
  let inside: Uint8Array | undefined;
  try {
    inside = openEnveloped(content, ra);
    return parseCsr(inside);
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    // Errors may name facts that anyone can see in the outer bytes, but not facts that only the key's holder could
    // know.
    const visible = inside === undefined && error.code !== "decrypt";
    const opaque = new PkiError("decrypt", "Cannot open the SCEP message: it does not decrypt to a valid request");
    throw new UnopenedMessage(envelope, visible ? error : opaque);
  }
}
