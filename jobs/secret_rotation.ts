/**
 * Seals what was sealed with an older key again. Idle where everything already is.
 *
 * @module
 */

import { z } from "zod";
import { rotateSecrets } from "../src/secrets/rotate.ts";
import { defineJob } from "./job.ts";

export const secretRotation = defineJob({
  kind: "secret-rotation",
  payload: z.unknown(),
  leaseSeconds: 300,
  run: async ({ runtime, signal }) => await rotateSecrets(runtime, signal),
});
