/**
 * InstallProvisioningProfile: permits a device to run apps signed by its organization.
 *
 * Source: Apple, "Install Provisioning Profile"
 * (developer.apple.com/documentation/devicemanagement/install-provisioning-profile-command).
 *
 * @module
 */

import { z } from "zod";
import { bytes, text } from "./arguments.ts";
import { type CommandDefinition, redact } from "./command.ts";
import { artifactResult, contentRevision } from "./artifact_result.ts";
import { channel } from "./validity.ts";

const NAME = "InstallProvisioningProfile";
// The bytes are those of the version, read when the device fetches the command.
const args = z.object({ profile: bytes().optional(), artifact_version: text(), ...contentRevision });
type Args = z.infer<typeof args>;

export const installProvisioningProfile: CommandDefinition<Args> = {
  name: NAME,
  requestType: NAME,
  args,
  secretArgs: [],
  keepsResult: false,
  expiresAfter: null,
  invalidFor: (target) => channel(NAME, target),
  build: (args) => ({ ProvisioningProfile: Uint8Array.fromBase64(args.profile ?? "") }),
  ...artifactResult("accepted", "failed", { kind: "verifyProvisioningProfiles" }),
  describe: (args) => redact(args, ["artifact_version", "content_revision"], []),
};
