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
import { array, bool, dicts, type PlistDict, str } from "../protocol/plist.ts";
import { flag } from "./arguments.ts";
import { type CommandDefinition, type InstalledProfile, redact } from "./command.ts";
import { channel, firstOf, userEnrollment } from "./validity.ts";

const NAME = "ProfileList";
const args = z.object({ managed_only: flag().optional() });
type Args = z.infer<typeof args>;

export const profileList: CommandDefinition<Args> = {
  name: NAME,
  requestType: NAME,
  args,
  secretArgs: [],
  keepsResult: false,
  retriesNotNow: true,
  expiresAfter: 86_400,
  manual: false,
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
    return [{ kind: "profiles", profiles, managedOnly: args.managed_only ?? false }];
  },
  describe: (args) => redact(args, ["managed_only"], []),
};

function installedProfile(item: PlistDict): InstalledProfile[] {
  const uuid = str(item, "PayloadUUID");
  const identifier = str(item, "PayloadIdentifier");
  if (!uuid || !identifier) return [];
  return [{
    uuid,
    identifier,
    displayName: str(item, "PayloadDisplayName") ?? null,
    description: str(item, "PayloadDescription") ?? null,
    organization: str(item, "PayloadOrganization") ?? null,
    removalDisallowed: bool(item, "PayloadRemovalDisallowed") ?? false,
    hasRemovalPasscode: bool(item, "HasRemovalPasscode") ?? false,
    managed: bool(item, "IsManaged") ?? null,
    encrypted: bool(item, "IsEncrypted") ?? false,
    source: str(item, "Source") ?? null,
    payloads: dicts(item, "PayloadContent").flatMap((payload) => {
      const identifier = str(payload, "PayloadIdentifier");
      const type = str(payload, "PayloadType");
      if (!identifier || !type) return [];
      return [{
        identifier,
        type,
        uuid: str(payload, "PayloadUUID") ?? null,
        displayName: str(payload, "PayloadDisplayName") ?? null,
      }];
    }),
    signers: (array(item, "SignerCertificates") ?? []).filter((der) => der instanceof Uint8Array),
  }];
}
