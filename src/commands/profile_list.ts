/**
 * ProfileList: the configuration profiles on a device or of a user.
 *
 * Promise: a profile without its identifier or UUID is left out, since nothing could refer to it.
 *
 * Source: Apple, "Profile List" (developer.apple.com/documentation/devicemanagement/profile-list-command).
 *
 * @module
 */

import { z } from "zod";
import { array, bool, dicts, type PlistDict, text } from "../protocol/plist.ts";
import { flag } from "./arguments.ts";
import { type CommandDefinition, type InstalledProfile, redact } from "./command.ts";
import { channel, firstOf, userEnrollment } from "./validity.ts";

const NAME = "ProfileList";
/** `verify_only`: sent to verify recently installed profiles, not for the inventory. */
const args = z.object({ managed_only: flag().optional(), verify_only: flag().optional() });
type Args = z.infer<typeof args>;

export const profileList: CommandDefinition<Args> = {
  name: NAME,
  requestType: NAME,
  args,
  secretArgs: [],
  keepsResult: false,
  expiresAfter: 86_400,
  invalidFor: (target) =>
    firstOf(
      channel(NAME, target, ["iPadOS", "macOS"]),
      userEnrollment(NAME, target, ["iOS", "iPadOS", "macOS"]),
    ),
  build: (args) => ({ ManagedOnly: args.managed_only ?? false }),
  onAcknowledged(report, args) {
    if (array(report.body, NAME) === undefined) {
      return [{ kind: "unreadable", reason: `The result has no "${NAME}"` }];
    }
    const profiles = dicts(report.body, NAME).flatMap(installedProfile);
    return [{
      kind: "profiles",
      profiles,
      managedOnly: args.managed_only ?? false,
      inventory: args.verify_only !== true,
    }];
  },
  fromApple: ({ ManagedOnly: managed }) => ({ managed_only: managed === true }),
  describe: (args) => redact(args, ["managed_only", "verify_only"], []),
};

function installedProfile(item: PlistDict): InstalledProfile[] {
  const uuid = text(item, "PayloadUUID");
  const identifier = text(item, "PayloadIdentifier");
  if (!uuid || !identifier) return [];
  return [{
    uuid,
    identifier,
    displayName: text(item, "PayloadDisplayName") ?? null,
    description: text(item, "PayloadDescription") ?? null,
    organization: text(item, "PayloadOrganization") ?? null,
    removalDisallowed: bool(item, "PayloadRemovalDisallowed") ?? false,
    hasRemovalPasscode: bool(item, "HasRemovalPasscode") ?? false,
    managed: bool(item, "IsManaged") ?? null,
    encrypted: bool(item, "IsEncrypted") ?? false,
    source: text(item, "Source") ?? null,
    payloads: dicts(item, "PayloadContent").flatMap((payload) => {
      const identifier = text(payload, "PayloadIdentifier");
      const type = text(payload, "PayloadType");
      if (!identifier || !type) return [];
      return [{
        identifier,
        type,
        uuid: text(payload, "PayloadUUID") ?? null,
        displayName: text(payload, "PayloadDisplayName") ?? null,
      }];
    }),
    signers: (array(item, "SignerCertificates") ?? []).filter((der) => der instanceof Uint8Array),
  }];
}
