/**
 * Records provisioning profiles that expire soon.
 *
 * @module
 */

import { z } from "zod";
import { recordProvisioningExpiries } from "../src/blueprints/provisioning.ts";
import { defineJob } from "./job.ts";

export const provisioningProfiles = defineJob({
  kind: "provisioning-profiles",
  payload: z.unknown(),
  leaseSeconds: 60,
  run: async ({ runtime, by }) => ({ recorded: await recordProvisioningExpiries(runtime, by) }),
});
