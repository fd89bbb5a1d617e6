/**
 * Warnings about content that is saved nevertheless.
 *
 * @module
 */

import { z } from "zod";
import { warningsShown } from "../../src/blueprints/warnings_shown.ts";

export { warningsShown };

const answer = z.object({ warnings: warningsShown });

/** Returns the warnings in an answer; none where there is no list of them. */
export function warningsIn(value: unknown): z.output<typeof warningsShown> {
  const read = answer.safeParse(value);
  return read.success ? read.data.warnings : [];
}
