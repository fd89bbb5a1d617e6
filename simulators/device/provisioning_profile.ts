/**
 * Provisioning profiles as a device reads them.
 *
 * How it differs from the real thing: the signature must be valid, but any signer is accepted; whether the device is
 * among those that the profile names does not matter.
 *
 * @module
 */

import { openSigned } from "../../src/pki/cms/signed.ts";
import { asDict, get, parsePlist, str } from "../../src/protocol/plist.ts";

/** An installed provisioning profile in the form of ProvisioningProfileList. */
export type ProvisioningProfile = { name: string; uuid: string; expiresAt: Date | undefined };

/** Opens a provisioning profile. Throws for a file that a device would refuse. */
export function openProvisioningProfile(bytes: Uint8Array): ProvisioningProfile {
  const content = asDict(parsePlist(openSigned(bytes).content));
  const uuid = str(content, "UUID");
  if (uuid === undefined) throw new Error("The provisioning profile has no UUID");
  const expires = get(content, "ExpirationDate");
  return { name: str(content, "Name") ?? uuid, uuid, expiresAt: expires instanceof Date ? expires : undefined };
}
