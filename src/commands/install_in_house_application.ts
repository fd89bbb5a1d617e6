/**
 * InstallApplication for an app of an organization: phones, tablets and Apple TVs fetch it by its manifest.
 *
 * Source: Apple, "Install Application"
 * (developer.apple.com/documentation/devicemanagement/install-application-command).
 *
 * @module
 */

import { foreignText } from "../foreign_text.ts";
import { str } from "../protocol/plist.ts";
import type { Report } from "../protocol/report.ts";
import { artifactResult } from "./artifact_result.ts";
import { type CommandDefinition, type Effect, redact } from "./command.ts";
import { type PackageArgs, packageArgs, packageKeys } from "./enterprise_app_arguments.ts";
import { channel, firstOf, knownPlatform, userEnrollment } from "./validity.ts";

const NAME = "InstallInHouseApplication";
const results = artifactResult("begun", "failed");

/** Adds why the device does not install the app, where it says so. */
function rejected({ body }: Report, effects: Effect[]): Effect[] {
  const rejection = str(body, "RejectionReason");
  return rejection === undefined
    ? effects
    : effects.map((effect) =>
      effect.kind === "artifact" ? { ...effect, rejection: foreignText(rejection, 64) } : effect
    );
}

export const installInHouseApplication: CommandDefinition<PackageArgs> = {
  name: NAME,
  requestType: "InstallApplication",
  args: packageArgs,
  secretArgs: ["configuration"],
  keepsResult: false,
  expiresAfter: null,
  invalidFor: (target) =>
    firstOf(
      channel(NAME, target),
      knownPlatform(NAME, target),
      userEnrollment(NAME, target, ["iOS", "iPadOS"]),
      target.platform === "macOS" ? `Cannot send ${NAME} to a Mac: it takes InstallEnterpriseApplication` : null,
    ),
  build: (args, { target }) => ({
    ...packageKeys(args),
    ...(args.remove_on_unenroll === true ? { ManagementFlags: 1 } : {}),
    // A person who has installed the app is asked whether it may be managed.
    ...(target.userEnrollment === false && target.platform !== "tvOS" ? { ChangeManagementState: "Managed" } : {}),
  }),
  onAcknowledged: (report, args) => rejected(report, results.onAcknowledged(report, args)),
  onError: (report, args) => rejected(report, results.onError(report, args)),
  describe: (args) => redact(args, ["artifact_version", "content_revision"], ["configuration"]),
};
