/**
 * The fields that many endpoints share: ids in paths, filters, paging, times.
 *
 * @module
 */

import { z } from "zod";
import { deviceIdOf } from "../../db/ids.ts";
import { foreignText } from "../../src/foreign_text.ts";
import { MAX_INTEGER, parseTime, uuidParam } from "../../src/input_fields.ts";

export { pkListField, uuidField, uuidParam } from "../../src/input_fields.ts";
export { naiveUtc } from "../../src/naive_utc.ts";

/** An integer key in a path: `{id}`. Anything else is a 404. */
export const idParam = z.string().regex(/^[0-9]{1,10}$/).transform(Number)
  .refine((id) => id <= MAX_INTEGER).meta({ type: "integer", pattern: undefined });

/** The path parameters of most detail endpoints. */
export const idParams = z.object({ id: idParam });

/** The id of a device in a path. */
export const deviceIdParam = idParam.transform(deviceIdOf).meta({ type: "integer", pattern: undefined });

/** The path parameters of most endpoints of devices. */
export const deviceParams = z.object({ id: deviceIdParam });

/** The path parameters of detail endpoints with UUID keys. */
export const uuidParams = z.object({ id: uuidParam });

/** A serial number in a path. */
export const serialNumberParam = z.string().regex(/^[A-Za-z0-9._+-]{1,64}$/);

/** Returns the error of a filter for an unknown value, or for the key of a related object that does not exist. */
export const notAChoice = (value: unknown): string =>
  `Select a valid choice. ${foreignText(String(value))} is not one of the available choices.`;
const notOneOf = (issue: { input?: unknown }): string => notAChoice(issue.input);

/** A filter by text, exact. */
export const textFilter = z.string().max(1024).refine((text) => !text.includes("\0"), {
  error: "Null characters are not allowed.",
}).optional();

const relatedKey = z.string()
  .refine((text) => /^[0-9]{1,10}$/.test(text) && Number(text) <= MAX_INTEGER, { error: notOneOf })
  .transform(Number).meta({ type: "integer" });

/** A filter by the key of a related object; the handler refuses unknown ones with `notAChoice`. */
export const relatedFilter = relatedKey.optional();

/** The same by device. */
export const deviceFilter = relatedKey.transform(deviceIdOf).meta({ type: "integer" }).optional();

/** The same, repeatable: any of. */
export const relatedListFilter = z.array(relatedKey).optional();

/** A filter by UUID. */
export const uuidFilter = z.string().regex(/^[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}$/, {
  error: "Enter a valid UUID.",
}).optional();

/** A filter by one of some values. */
export const choiceFilter = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, { error: notOneOf }).optional();

/** A filter by time. */
export const timeFilter = z.string().transform((text, context) => {
  const time = parseTime(text);
  if (time !== undefined) return time;
  context.addIssue({ code: "custom", message: "Enter a valid date/time." });
  return z.NEVER;
}).meta({ format: "date-time" }).optional();

/** A time in an answer. */
export const timeOut = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{6})?$/)
  .describe("A time in UTC, without zone.").meta({ examples: ["2026-01-31T09:30:00.123456"] });
