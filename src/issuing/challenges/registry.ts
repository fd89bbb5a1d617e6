/**
 * The one table of backends. A backend adds itself here; API, pages and challenges read nothing else.
 *
 * @module
 */

import type { ChallengeBackend } from "./backend.ts";
import { digicert } from "./digicert.ts";
import { ident } from "./ident.ts";
import { microsoftCa } from "./microsoft_ca.ts";
import { oktaCa } from "./okta_ca.ts";
import { staticChallenge } from "./static_challenge.ts";

/** Every backend, in the order of the pages. */
export const BACKENDS: readonly ChallengeBackend[] = [staticChallenge, microsoftCa, oktaCa, ident, digicert];

/** Returns a backend by its name. */
export const backendNamed = (name: string): ChallengeBackend | undefined =>
  BACKENDS.find((backend) => backend.name === name);
