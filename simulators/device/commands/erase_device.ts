/**
 * EraseDevice, with Return to Service: the device keeps the profile that it enrolls again with.
 *
 * @module
 */

import { bool, data, dict } from "../../../src/protocol/plist.ts";
import { acknowledged, type SimulatedCommand } from "./answer.ts";

export const eraseDevice: SimulatedCommand = {
  name: "EraseDevice",
  answer({ state, command }) {
    const returns = dict(command, "ReturnToService");
    const mdm = returns === undefined || bool(returns, "Enabled") !== true
      ? undefined
      : data(returns, "MDMProfileData");
    const wifi = returns === undefined ? undefined : data(returns, "WiFiProfileData");
    state.erased = true;
    state.returnsWith = mdm === undefined ? undefined : { mdm, ...(wifi === undefined ? {} : { wifi }) };
    return acknowledged();
  },
};
