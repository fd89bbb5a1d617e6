/**
 * Verifies detached CMS signatures: those that Apple's devices send in the `Mdm-Signature` header.
 *
 * This is the hot path: one call for each message of each device.
 *
 * @module
 */
import type { Certificate } from "../certificate.ts";
import { PkiError } from "../errors.ts";
import { sameBytes } from "../name.ts";
import {
  readSignedData,
  type SignedData,
  signerCertificate,
  type SignerInfo,
  type VerifiedSigner,
  verifySigner,
} from "./signed_data.ts";

/**
 * Verifies that exactly one signer signed exactly `content`, and returns the signer.
 *
 * The certificate is the one in the message: the caller decides whether it is trusted (`verifyChain`, and the pin).
 * Takes DER and Apple's BER, SHA-1 to SHA-512, RSA and EC, with and without signed attributes (RFC 5652 section 5).
 * Throws {@link PkiError}.
 */
export function verifyDetached(cms: Uint8Array, content: Uint8Array): VerifiedSigner {
  const data = readSignedData(cms);
  const signer = oneSigner(data);
  // The attack: attached content is signed, while the server acts on the body.
  if (data.content !== undefined && !sameBytes(data.content, content)) {
    throw new PkiError("cms", "Cannot verify the message: it carries other content than the body");
  }
  return verifySigner(data, signer, content);
}

/** Returns the certificate of the one signer that a message names. Nothing is verified. Throws {@link PkiError}. */
export function claimedSigner(cms: Uint8Array): Certificate {
  const data = readSignedData(cms);
  return signerCertificate(data, oneSigner(data));
}

/** With two signers, the one that is checked need not be the one that is believed. */
function oneSigner({ signers }: SignedData): SignerInfo {
  const [signer, ...others] = signers;
  if (signer === undefined || others.length > 0) {
    throw new PkiError("cms", `Cannot verify the message: it has ${signers.length} signers and should have one`);
  }
  return signer;
}
