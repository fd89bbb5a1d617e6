/**
 * The one error that the PKI code throws for bad input: a stable code and a sentence.
 *
 * Parsers here never throw anything else, whatever bytes they are given; a fuzz test holds them to it.
 *
 * @module
 */

import { foreignText } from "../foreign_text.ts";

/** The kind of an error; stable, for callers that switch on it. */
export type PkiErrorCode =
  /** Bytes are not the ASN.1 or PEM that they should be. */
  | "asn1"
  /** A certificate does not have a certificate's shape. */
  | "certificate"
  /** No trusted path leads to the certificate. */
  | "chain"
  /** A signature does not verify. */
  | "signature"
  /** A CMS message does not have the shape that is needed. */
  | "cms"
  /** An envelope cannot be opened; on purpose without any further reason. */
  | "decrypt"
  /** A private key cannot be loaded or used. */
  | "key"
  /** A certification request does not have the shape that is needed. */
  | "csr"
  /** A SCEP message does not have the shape that is needed. */
  | "scep"
  /** An algorithm that is not offered here. */
  | "unsupported";

/** Bad input to the PKI code. The message is a sentence that may be shown to an operator; it never holds secrets. */
export class PkiError extends Error {
  override readonly name = "PkiError";

  constructor(readonly code: PkiErrorCode, message: string, options?: ErrorOptions) {
    // Sentences name subjects, and anyone can create a certificate with a subject of megabytes.
    super(foreignText(message), options);
  }
}
