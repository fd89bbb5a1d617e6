/**
 * What is saved all the same, and probably not as it was meant.
 *
 * @module
 */

import { z } from "zod";

/** The warnings of an answer. */
export const warningsShown = z.array(
  z.object({
    path: z.string().describe('The place in the profile, such as "PayloadContent.0.PayloadVersion".'),
    message: z.string().describe("A sentence."),
  }).meta({ id: "Warning" }),
).describe("What Apple's schema says against it, for the platforms and the channel that get it. At most 50.");

const answer = z.object({ warnings: warningsShown });

/** The warnings in an answer; undefined where there is no list of them. */
export function warningsIn(value: unknown): z.output<typeof warningsShown> | undefined {
  const read = answer.safeParse(value);
  return read.success ? read.data.warnings : undefined;
}
