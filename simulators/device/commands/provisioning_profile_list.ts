/**
 * ProvisioningProfileList: all of them.
 *
 * @module
 */

import { acknowledged, type SimulatedCommand } from "./answer.ts";

export const provisioningProfileList: SimulatedCommand = {
  name: "ProvisioningProfileList",
  answer({ channel }) {
    return acknowledged({
      ProvisioningProfileList: channel.provisioningProfiles.map(({ name, uuid, expiresAt }) => ({
        Name: name,
        UUID: uuid,
        ...(expiresAt === undefined ? {} : { ExpiryDate: expiresAt }),
      })),
    });
  },
};
