/**
 * InstallProvisioningProfile: one with the same UUID replaces the installed one.
 *
 * @module
 */

import { data } from "../../../src/protocol/plist.ts";
import { openProvisioningProfile } from "../provisioning_profile.ts";
import { acknowledged, failed, type SimulatedCommand } from "./answer.ts";

export const installProvisioningProfile: SimulatedCommand = {
  name: "InstallProvisioningProfile",
  answer({ command, channel }) {
    const bytes = data(command, "ProvisioningProfile");
    if (bytes === undefined) return { status: "CommandFormatError", body: {} };
    try {
      const profile = openProvisioningProfile(bytes);
      const others = channel.provisioningProfiles.filter(({ uuid }) => uuid !== profile.uuid);
      channel.provisioningProfiles = [...others, profile];
      return acknowledged();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return failed(26_000, "MCProvisioningErrorDomain", `The provisioning profile cannot be installed: ${why}`);
    }
  },
};
