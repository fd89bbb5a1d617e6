/**
 * Every kind of job.
 *
 * @module
 */

import { authorityRenewal } from "./authority_renewal.ts";
import { housekeeping } from "./housekeeping.ts";
import type { AnyJob } from "./job.ts";
import { secretRotation } from "./secret_rotation.ts";

export const JOBS: readonly AnyJob[] = [authorityRenewal, housekeeping, secretRotation];
