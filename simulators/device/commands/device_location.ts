/**
 * DeviceLocation: only in lost mode.
 *
 * @module
 */

import { Real } from "../../../src/protocol/plist.ts";
import { acknowledged, type SimulatedCommand } from "./answer.ts";
import { NOT_LOST } from "./lost_mode.ts";

export const deviceLocation: SimulatedCommand = {
  name: "DeviceLocation",
  answer({ state }) {
    if (state.lostMode === undefined) return NOT_LOST;
    return acknowledged({
      Latitude: 37.33182,
      Longitude: -122.03118,
      HorizontalAccuracy: new Real(12),
      VerticalAccuracy: new Real(4),
      Altitude: new Real(56),
      Speed: new Real(-1),
      Course: new Real(-1),
      Timestamp: "2026-02-03T04:05:06Z",
    });
  },
};
