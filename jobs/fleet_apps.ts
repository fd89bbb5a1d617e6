/**
 * Counts the apps of the fleet.
 *
 * @module
 */

import { z } from "zod";
import { countFleetApps } from "../src/devices/fleet_apps.ts";
import { defineJob } from "./job.ts";

export const fleetApps = defineJob({
  kind: "fleet-apps",
  payload: z.unknown(),
  leaseSeconds: 300,
  run: ({ runtime }) => countFleetApps(runtime),
});
