/**
 * Renews the built-in authority's certificate well before identities would outlive it.
 *
 * @module
 */

import { z } from "zod";
import { renewAuthority } from "../src/issuing/authority.ts";
import { defineJob } from "./job.ts";

export const authorityRenewal = defineJob({
  kind: "authority-renewal",
  payload: z.unknown(),
  leaseSeconds: 120,
  run: async ({ runtime }) => ({ renewed_until: (await renewAuthority(runtime))?.toISOString() ?? null }),
});
