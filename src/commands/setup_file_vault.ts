/**
 * SetupFileVault: installs the FileVault profile of a Mac, which the server writes when the Mac fetches it.
 *
 * Source: Apple, "Install Profile" (developer.apple.com/documentation/devicemanagement/install-profile-command).
 *
 * @module
 */

import { z } from "zod";
import { bytes, uuid } from "./arguments.ts";
import { type CommandDefinition, redact } from "./command.ts";
import { channel, firstOf, mac, userApproved, userEnrollment } from "./validity.ts";

const NAME = "SetupFileVault";
/** The digest of the settings, and the profile, which is rendered when the Mac fetches the command. */
const args = z.object({ config_uuid: uuid(), profile: bytes().optional() });
type Args = z.infer<typeof args>;

export const setupFileVault: CommandDefinition<Args> = {
  name: NAME,
  requestType: "InstallProfile",
  args,
  secretArgs: [],
  keepsResult: false,
  expiresAfter: null,
  invalidFor: (target) =>
    firstOf(channel(NAME, target), mac(NAME, target), userEnrollment(NAME, target), userApproved(NAME, target)),
  build: ({ profile }) => ({ Payload: Uint8Array.fromBase64(profile ?? "") }),
  onAcknowledged: (_report, { config_uuid: configUuid }) => [
    { kind: "filevaultSetUp", configUuid },
    { kind: "verifyProfiles" },
  ],
  onError: () => [{ kind: "filevaultRefused" }],
  describe: (args) => redact(args, ["config_uuid"], ["profile"]),
};
