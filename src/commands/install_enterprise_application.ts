/**
 * InstallEnterpriseApplication: a package on a Mac.
 *
 * Promise: an acknowledgement only means that the Mac begins; what it lists afterwards says whether the app is there.
 *
 * Source: Apple, "Install Enterprise Application"
 * (developer.apple.com/documentation/devicemanagement/install-enterprise-application-command).
 *
 * @module
 */

import { compareOsVersions, isKnownOsVersion } from "../protocol/os_version.ts";
import { artifactResult } from "./artifact_result.ts";
import { type CommandDefinition, type CommandTarget, redact } from "./command.ts";
import { type PackageArgs, packageArgs, packageKeys } from "./enterprise_app_arguments.ts";
import { channel, firstOf, knownPlatform, mac } from "./validity.ts";

const NAME = "InstallEnterpriseApplication";

/** Whether a Mac has managed apps. */
const manages = ({ osVersion, userEnrollment }: CommandTarget): boolean =>
  userEnrollment !== true && isKnownOsVersion(osVersion) && compareOsVersions(osVersion, "11.0") >= 0;

export const installEnterpriseApplication: CommandDefinition<PackageArgs> = {
  name: NAME,
  requestType: NAME,
  args: packageArgs,
  secretArgs: ["configuration"],
  keepsResult: false,
  expiresAfter: null,
  invalidFor: (target) => firstOf(channel(NAME, target), knownPlatform(NAME, target), mac(NAME, target)),
  build: (args, { target }) => ({
    ...packageKeys(args),
    ...(args.ios_app === true ? { iOSApp: true } : {}),
    ...(!manages(target) ? {} : args.managed !== true ? { InstallAsManaged: false } : {
      InstallAsManaged: true,
      ChangeManagementState: "Managed",
      ...(args.remove_on_unenroll === true ? { ManagementFlags: 1 } : {}),
    }),
  }),
  ...artifactResult("begun", "failed"),
  describe: (args) => redact(args, ["artifact_version", "content_revision"], ["configuration"]),
};
