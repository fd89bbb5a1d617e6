/**
 * RemoveProvisioningProfile: by UUID.
 *
 * @module
 */

import { str } from "../../../src/protocol/plist.ts";
import { acknowledged, failed, type SimulatedCommand } from "./answer.ts";

export const removeProvisioningProfile: SimulatedCommand = {
  name: "RemoveProvisioningProfile",
  answer({ command, channel }) {
    const uuid = str(command, "UUID") ?? "";
    const others = channel.provisioningProfiles.filter((one) => one.uuid !== uuid);
    if (others.length === channel.provisioningProfiles.length) {
      return failed(26_001, "MCProvisioningErrorDomain", `The provisioning profile “${uuid}” is not installed.`);
    }
    channel.provisioningProfiles = others;
    return acknowledged();
  },
};
