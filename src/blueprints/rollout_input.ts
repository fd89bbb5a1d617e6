/**
 * The input for halting, resuming or withdrawing a version, for the API and for the pages.
 *
 * @module
 */

import { z } from "zod";
import { blankableField } from "../input_text.ts";

/** Why a rollout is changed. */
export const rolloutInput = z.object({ reason: blankableField(1000).default("") });
