/**
 * The form of a value in an event.
 *
 * @module
 */

import type { Json } from "../../db/open.ts";
import { type ForeignLimits, foreignValue } from "../foreign_value.ts";
import { redact } from "../log.ts";

/** Returns the value as JSON without secrets and within limits, in the form for an event. */
export function eventJson(value: unknown, limits: ForeignLimits): Json {
  return foreignValue(JSON.parse(JSON.stringify(redact(value) ?? null)), limits);
}
