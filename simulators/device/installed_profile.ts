/**
 * The parsing of profiles on a device.
 *
 * How it differs from the real thing: the signature must be valid, but any signer is accepted.
 *
 * @module
 */

import { openSigned } from "../../src/pki/cms/signed.ts";
import { asDict, bool, dict, dicts, parsePlist, type PlistDict, str } from "../../src/protocol/plist.ts";

/** The names of a profile. */
export type ProfileNames = { identifier: string; uuid: string; displayName: string };

/** Where and how the server manages the device. */
export type Management = { checkInUrl: string; serverUrl: string; topic: string; signs: boolean };

/** An opened profile. */
export type OpenedProfile = ProfileNames & {
  payloads: PlistDict[];
  /** The request of a Profile Service profile for the device's attributes. */
  service: { url: string; challenge?: string } | undefined;
};

/** Opens a profile, unsigned or signed. */
export function openProfile(bytes: Uint8Array): OpenedProfile {
  const parsed = asDict(parsePlist(bytes[0] === 0x30 ? openSigned(bytes).content : bytes));
  const content = dict(parsed, "PayloadContent");
  const [url, challenge] = [content && str(content, "URL"), content && str(content, "Challenge")];
  const identifier = str(parsed, "PayloadIdentifier") ?? "";
  return {
    identifier,
    uuid: str(parsed, "PayloadUUID") ?? "",
    displayName: str(parsed, "PayloadDisplayName") ?? identifier,
    payloads: dicts(parsed, "PayloadContent"),
    service: url === undefined ? undefined : { url, ...(challenge === undefined ? {} : { challenge }) },
  };
}

/** Returns the first payload of a type. */
export const payloadOf = ({ payloads }: OpenedProfile, type: string): PlistDict | undefined =>
  payloads.find((one) => str(one, "PayloadType") === type);

/**
 * Returns the management of an enrollment profile with the payload of its identity. Throws for a profile that a device
 * would refuse.
 */
export function managementOf(profile: OpenedProfile): { management: Management; scep: PlistDict } {
  const mdm = payloadOf(profile, "com.apple.mdm");
  const scep = profile.payloads.find((one) =>
    str(one, "PayloadUUID") === (mdm && str(mdm, "IdentityCertificateUUID")) &&
    str(one, "PayloadType") === "com.apple.security.scep"
  );
  const [checkInUrl, serverUrl, topic] = ["CheckInURL", "ServerURL", "Topic"].map((key) => mdm && str(mdm, key));
  if (mdm === undefined || serverUrl === undefined || topic === undefined) {
    throw new Error("Cannot enroll: the profile has no complete MDM payload");
  }
  if (scep === undefined) throw new Error("Cannot enroll: IdentityCertificateUUID names no SCEP payload");
  return {
    management: { checkInUrl: checkInUrl ?? serverUrl, serverUrl, topic, signs: bool(mdm, "SignMessage") ?? false },
    scep,
  };
}
