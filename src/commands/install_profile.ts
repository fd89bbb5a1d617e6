/**
 * InstallProfile: a configuration profile for a device or a user.
 *
 * Promise: the profile is sent byte for byte as given (signed or not), and if it belongs to an artifact version, the
 * answer determines the state of that version. Profiles contain passwords and challenges: the argument is a secret.
 *
 * Source: Apple, "Install Profile" (developer.apple.com/documentation/devicemanagement/install-profile-command).
 *
 * @module
 */

import { z } from "zod";
import { bytes, text } from "./arguments.ts";
import { artifactResult, contentRevision } from "./artifact_result.ts";
import { type CommandDefinition, redact } from "./command.ts";
import { channel, firstOf, userEnrollment } from "./validity.ts";

const NAME = "InstallProfile";
// The bytes of an artifact's version are rendered when the device fetches the command.
const args = z.object({ profile: bytes().optional(), artifact_version: text().optional(), ...contentRevision })
  .refine(({ profile, artifact_version }) => profile !== undefined || artifact_version !== undefined, {
    error: "A profile or an artifact version is required.",
  });
type Args = z.infer<typeof args>;

export const installProfile: CommandDefinition<Args> = {
  name: NAME,
  requestType: NAME,
  args,
  secretArgs: ["profile"],
  keepsResult: false,
  expiresAfter: null,
  invalidFor: (target) =>
    firstOf(
      channel(NAME, target, ["iPadOS", "macOS"]),
      userEnrollment(NAME, target, ["iOS", "iPadOS", "macOS"]),
    ),
  build: (args) => ({ Payload: Uint8Array.fromBase64(args.profile ?? "") }),
  ...artifactResult("accepted", "failed", { kind: "verifyProfiles" }),
  describe: (args) => redact(args, ["artifact_version", "content_revision"], ["profile"]),
};
