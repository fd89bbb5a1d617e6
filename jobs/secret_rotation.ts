/**
 * Re-encrypts values that are encrypted with an older key, and encrypts values that were stored in the clear. Has no
 * effect if all values are current.
 *
 * @module
 */

import { z } from "zod";
import { sealPlainResults } from "../src/commands/result.ts";
import { rotateSecrets } from "../src/secrets/rotate.ts";
import { sealPlainDeviceValues } from "../src/variables/stored_values.ts";
import { defineJob } from "./job.ts";

export const secretRotation = defineJob({
  kind: "secret-rotation",
  payload: z.unknown(),
  leaseSeconds: 300,
  async run({ runtime, signal }) {
    const sealed = {
      sealed_results: await sealPlainResults(runtime, signal),
      sealed_values: await sealPlainDeviceValues(runtime, signal),
    };
    return { ...await rotateSecrets(runtime, signal), ...sealed };
  },
});
