/**
 * InstallProfile: a configuration profile for a device or a user.
 *
 * Promise: the profile is sent byte for byte as given (signed or not), and when it belongs to an artifact version the
 * answer says what became of that version. Profiles carry passwords and challenges: the argument is a secret.
 *
 * Source: Apple, "Install Profile" (developer.apple.com/documentation/devicemanagement/install-profile-command).
 *
 * @module
 */

import { z } from "zod";
import { bytes, text } from "./arguments.ts";
import { type CommandDefinition, redact } from "./command.ts";
import { channel, firstOf, userEnrollment } from "./validity.ts";

const NAME = "InstallProfile";
const args = z.object({ profile: bytes(), artifact_version: text().optional() });
type Args = z.infer<typeof args>;

export const installProfile: CommandDefinition<Args> = {
  name: NAME,
  requestType: NAME,
  args,
  secretArgs: ["profile"],
  keepsResult: false,
  retriesNotNow: true,
  expiresAfter: null,
  manual: false,
  invalidFor: (target) =>
    firstOf(
      channel(NAME, target, ["iPadOS", "macOS"]),
      userEnrollment(NAME, target, ["iOS", "iPadOS", "macOS"]),
    ),
  build: (args) => ({ Payload: Uint8Array.fromBase64(args.profile) }),
  onAcknowledged: (_report, args) =>
    args.artifact_version === undefined
      ? []
      : [{ kind: "artifact", artifactVersion: args.artifact_version, outcome: "accepted", errors: [] }],
  onError: (report, args) =>
    args.artifact_version === undefined ? [] : [{
      kind: "artifact",
      artifactVersion: args.artifact_version,
      outcome: "failed",
      errors: report.errorChain ?? [],
    }],
  describe: (args) => redact(args, ["artifact_version"], ["profile"]),
};
