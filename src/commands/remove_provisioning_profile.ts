/**
 * RemoveProvisioningProfile: removes a provisioning profile.
 *
 * Source: Apple, "Remove Provisioning Profile"
 * (developer.apple.com/documentation/devicemanagement/remove-provisioning-profile-command).
 *
 * @module
 */

import { z } from "zod";
import { REQUIRED } from "../errors.ts";
import { text } from "./arguments.ts";
import { type CommandDefinition, redact } from "./command.ts";
import { artifactResult } from "./artifact_result.ts";
import { channel } from "./validity.ts";

const NAME = "RemoveProvisioningProfile";
// The UUID is that of the version, read when the device fetches the command.
const args = z.object({ uuid: text().min(1, REQUIRED).optional(), artifact_version: text() });
type Args = z.infer<typeof args>;

export const removeProvisioningProfile: CommandDefinition<Args> = {
  name: NAME,
  requestType: NAME,
  args,
  secretArgs: [],
  keepsResult: false,
  expiresAfter: null,
  invalidFor: (target) => channel(NAME, target),
  build: (args) => ({ UUID: args.uuid ?? "" }),
  ...artifactResult("removed", "removalFailed", { kind: "verifyProvisioningProfiles" }),
  describe: (args) => redact(args, ["uuid", "artifact_version"], []),
};
