/**
 * What is saved all the same, and probably not as it was meant.
 *
 * @module
 */

import { z } from "zod";

/** The warnings of an answer. */
export const warningsShown = z.array(
  z.object({
    path: z.string().describe(
      'What it is about: the place in a profile, such as "PayloadContent.0.PayloadVersion", or a variable, such as "$CUSTOM.ROOM".',
    ),
    message: z.string().describe("A sentence."),
  }).meta({ id: "Warning" }),
).describe(
  "What Apple's schema says against a profile, for the platforms and the channel that get it (at most 50), and variables of new and " +
    "changed versions that have no value on some devices.",
);

const answer = z.object({ warnings: warningsShown });

/** The warnings in an answer; none where there is no list of them. */
export function warningsIn(value: unknown): z.output<typeof warningsShown> {
  const read = answer.safeParse(value);
  return read.success ? read.data.warnings : [];
}
