/**
 * InstallProfile: a profile is installed; an enrollment profile gives the device a new identity.
 *
 * @module
 */

import { data } from "../../../src/protocol/plist.ts";
import { installByCommand, ProfileRefused } from "../channel_profiles.ts";
import { type OpenedProfile, openProfile, payloadOf } from "../installed_profile.ts";
import { acknowledged, failed, type SimulatedCommand } from "./answer.ts";

export const installProfile: SimulatedCommand = {
  name: "InstallProfile",
  async answer({ command, channel, device }) {
    const payload = data(command, "Payload");
    if (payload === undefined) return { status: "CommandFormatError", body: {} };
    let profile: OpenedProfile;
    try {
      profile = openProfile(payload);
    } catch (error) {
      return failed(1000, "MCProfileErrorDomain", error instanceof Error ? error.message : String(error));
    }
    if (device !== undefined && payloadOf(profile, "com.apple.mdm") !== undefined) return await device.renew(profile);
    try {
      installByCommand(channel, profile);
      return acknowledged();
    } catch (error) {
      if (error instanceof ProfileRefused) return failed(4001, "MCInstallationErrorDomain", error.message);
      throw error;
    }
  },
};
