/**
 * Defines enrollment profiles at Apple again that are out of date, such as after new TLS certificates.
 *
 * @module
 */

import { z } from "zod";
import { defineStale } from "../src/ade/apple_copy.ts";
import { defineJob } from "./job.ts";

export const adeDefinitions = defineJob({
  kind: "ade-definitions",
  payload: z.object({}),
  leaseSeconds: 300,
  run: async ({ runtime, by, signal }) => await defineStale(runtime, by, signal),
});
