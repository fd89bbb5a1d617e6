/**
 * The message with which a device asks for its enrollment profile out of the box: MachineInfo, signed with the key that
 * its maker gave it.
 *
 * A message is good for one enrollment. MachineInfo has no nonce: a copy of it, from a proxy's log or a broken
 * connection, is as good as the message itself, and leads to a profile with which anybody enrolls as the device. So each
 * message is remembered by what was signed, and is refused once its device has enrolled with it or with a later one.
 *
 * How a copy differs from a device that was wiped and says the same again: Apple's systems sign the time along with the
 * content, so that a device never signs the same bytes twice. The time only makes messages different. It is never
 * compared with any clock, because a device that comes out of the box may have a wrong one.
 *
 * What is remembered is the digest of the signed bytes and the key, not of the message: its other parts, such as the
 * certificates in it, its lengths and its unsigned attributes, can be changed without invalidating the signature. One
 * device can be remembered with 500 unfinished messages of a day, and a stranger with none, since the signature and the
 * assignment are checked first.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { verifyAppleDevice } from "../pki/apple.ts";
import { certificatesFromPem } from "../pki/certificate.ts";
import { openSigned } from "../pki/cms/signed.ts";
import { PkiError } from "../pki/errors.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { hardwareOf, type MachineInfo, parseMachineInfo } from "../protocol/machine_info.ts";
import { PlistError } from "../protocol/plist.ts";
import { problem } from "../errors.ts";
import type { Runtime } from "../runtime.ts";

/** A device that asks for a profile. */
export type Applicant = {
  info: MachineInfo;
  udid: string;
  serialNumber: string;
  /** SHA-256, in hex, of the public key of its certificate. */
  factoryKey: string;
  /** SHA-256 of the key and of what it signed. */
  digest: Uint8Array;
};

/** Returns the refusal of a device's request for a profile. */
export const refuseApplicant = (reason: string, cause?: unknown) =>
  problem("enrollment-refused", undefined, { reason }, cause);

/** Bytes of a message, in a body or decoded from a header. */
export const MESSAGE_LIMIT = 64 * 1024;

/** Returns the message in the header of the web view, `x-apple-aspen-deviceinfo`. Throws `enrollment-refused`. */
export function messageInHeader(header: string): Uint8Array {
  if (header.length > Math.ceil(MESSAGE_LIMIT / 3) * 4) {
    throw refuseApplicant("the x-apple-aspen-deviceinfo header is too long");
  }
  try {
    return Uint8Array.fromBase64(header);
  } catch (error) {
    if (error instanceof SyntaxError) throw refuseApplicant("the x-apple-aspen-deviceinfo header is not base64", error);
    throw error;
  }
}

/**
 * Returns the device that signed a message. Throws `enrollment-refused`: nothing of the content is read before the
 * signature is verified to the keys of Apple.
 */
export function readApplicant({ config, clock }: Pick<Runtime, "config" | "clock">, cms: Uint8Array): Applicant {
  try {
    const { content, signers, certificates } = openSigned(cms);
    const [signer, ...more] = signers;
    // The attack: a second signature with a certificate that is trusted for another purpose.
    if (signer === undefined || more.length > 0) {
      throw refuseApplicant(`the message has ${signers.length} signers, not one`);
    }
    const roots = config.DEVICE_TEST_ROOTS;
    mustBeApples(() =>
      verifyAppleDevice(signer.certificate, certificates, {
        now: clock.now(),
        ...(roots === undefined ? {} : { extraRoots: certificatesFromPem(roots) }),
      })
    );
    const info = parseMachineInfo(content);
    const factoryKey = signer.certificate.spkiFingerprint;
    const digest = createHash("sha256").update(factoryKey).update(signer.signed).digest();
    return { info, ...hardwareOf(info), factoryKey, digest: new Uint8Array(digest) };
  } catch (error) {
    if (error instanceof PkiError || error instanceof PlistError || error instanceof ProtocolError) {
      throw refuseApplicant(error.message, error);
    }
    throw error;
  }
}

function mustBeApples(verify: () => unknown): void {
  try {
    verify();
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    throw refuseApplicant(`could not verify payload signer certificate: ${error.message}`, error);
  }
}
