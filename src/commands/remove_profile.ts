/**
 * RemoveProfile: removes a configuration profile from a device or a user.
 *
 * Source: Apple, "Remove Profile" (developer.apple.com/documentation/devicemanagement/remove-profile-command).
 *
 * @module
 */

import { z } from "zod";
import { REQUIRED } from "../errors.ts";
import { text } from "./arguments.ts";
import { artifactResult } from "./artifact_result.ts";
import { type CommandDefinition, redact } from "./command.ts";
import { channel, firstOf, userEnrollment } from "./validity.ts";

const NAME = "RemoveProfile";
const args = z.object({ identifier: text().min(1, REQUIRED), artifact_version: text().optional() });
type Args = z.infer<typeof args>;

export const removeProfile: CommandDefinition<Args> = {
  name: NAME,
  requestType: NAME,
  args,
  secretArgs: [],
  keepsResult: false,
  expiresAfter: null,
  invalidFor: (target) =>
    firstOf(
      channel(NAME, target, ["iPadOS", "macOS"]),
      userEnrollment(NAME, target, ["iOS", "iPadOS", "macOS"]),
    ),
  build: (args) => ({ Identifier: args.identifier }),
  ...artifactResult("removed", "removalFailed", { kind: "verifyProfiles" }),
  describe: (args) => redact(args, ["identifier", "artifact_version"], []),
};
