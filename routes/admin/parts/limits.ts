/**
 * The limits that a browser enforces before it submits a form: those of the schema that validates it.
 *
 * @module
 */

import { z } from "zod";

/** Attributes of an input. */
type Limits = { maxlength?: number; min?: number; max?: number };

const known = new WeakMap<z.ZodType, Limits>();

/** Returns the limits that a schema sets to a text's length or to a number. */
export function limitsOf(schema: z.ZodType): Limits {
  const before = known.get(schema);
  if (before !== undefined) return before;
  const limits = readLimits(schema);
  known.set(schema, limits);
  return limits;
}

function readLimits(schema: z.ZodType): Limits {
  const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  const found: Limits = {};
  for (const one of [json, ...json.anyOf ?? []]) {
    if (typeof one !== "object") continue;
    if (one.maxLength !== undefined) found.maxlength = one.maxLength;
    // zod gives every integer the range of JavaScript.
    if (one.minimum !== undefined && one.minimum > Number.MIN_SAFE_INTEGER) found.min = one.minimum;
    if (one.maximum !== undefined && one.maximum < Number.MAX_SAFE_INTEGER) found.max = one.maximum;
  }
  return found;
}
