/**
 * ProfileList: the profiles of the channel.
 *
 * @module
 */

import { profileList as listed } from "../channel_profiles.ts";
import { acknowledged, type SimulatedCommand } from "./answer.ts";

export const profileList: SimulatedCommand = {
  name: "ProfileList",
  answer({ channel }) {
    return acknowledged({ ProfileList: listed(channel) });
  },
};
