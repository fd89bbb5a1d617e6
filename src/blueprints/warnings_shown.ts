/**
 * The API's warnings about content that is saved nevertheless.
 *
 * @module
 */

import { z } from "zod";

/** The warnings of an answer. */
export const warningsShown = z.array(
  z.object({
    path: z.string().describe(
      'The location of the problem: a path in a profile, such as "PayloadContent.0.PayloadVersion", or a variable, such as "$CUSTOM.ROOM".',
    ),
    message: z.string().describe("A sentence."),
  }).meta({ id: "Warning" }),
).describe(
  "Deviations of a profile from Apple's schema for its platforms and channel (at most 50), and variables of new and " +
    "changed versions that have no value for some devices.",
);
