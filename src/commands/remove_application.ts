/**
 * RemoveApplication: removes a managed app.
 *
 * Source: Apple, "Remove Application"
 * (developer.apple.com/documentation/devicemanagement/remove-application-command).
 *
 * @module
 */

import { z } from "zod";
import { REQUIRED } from "../errors.ts";
import { compareOsVersions, isKnownOsVersion } from "../protocol/os_version.ts";
import { text } from "./arguments.ts";
import { artifactResult } from "./artifact_result.ts";
import { type CommandDefinition, type CommandTarget, redact } from "./command.ts";
import { channel, firstOf, userEnrollment } from "./validity.ts";

const NAME = "RemoveApplication";
// The identifier is that of the version, read when the device fetches the command.
const args = z.object({ identifier: text().min(1, REQUIRED).optional(), artifact_version: text() });
type Args = z.infer<typeof args>;

/** Macs have managed apps since macOS 11. */
const oldMac = ({ platform, osVersion }: CommandTarget): string | null =>
  platform === "macOS" && isKnownOsVersion(osVersion) && compareOsVersions(osVersion, "11.0") < 0
    ? `Cannot send ${NAME} to this Mac: it needs macOS 11`
    : null;

export const removeApplication: CommandDefinition<Args> = {
  name: NAME,
  requestType: NAME,
  args,
  secretArgs: [],
  keepsResult: false,
  expiresAfter: null,
  invalidFor: (target) =>
    firstOf(channel(NAME, target), userEnrollment(NAME, target, ["iOS", "iPadOS"]), oldMac(target)),
  build: (args) => ({ Identifier: args.identifier ?? "" }),
  ...artifactResult("removed", "removalFailed"),
  describe: (args) => redact(args, ["identifier", "artifact_version"], []),
};
