/**
 * Fields of operators' input other than texts: keys of related objects, times.
 *
 * @module
 */

import { z } from "zod";

/** The largest value of PostgreSQL's `integer`. */
export const MAX_INTEGER = 2_147_483_647;

/** A UUID in an address, any version, either case; the value is lower case. */
export const uuidParam = z.string().regex(/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/).toLowerCase()
  .meta({ format: "uuid", pattern: undefined });

/** A UUID in a body: the key of a related object, any version, either case; the value is lower case. */
export const uuidField = z.string().regex(/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, {
  error: "Must be a valid UUID.",
}).toLowerCase().meta({ format: "uuid", pattern: undefined });

const TIME = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/;

/** Whether the day at the start of a text exists: `Date` takes the 30th of February for the 2nd of March. */
function namesDay(text: string): boolean {
  const day = new Date(text.slice(0, 10));
  return !Number.isNaN(day.getTime()) && day.getUTCDate() === Number(text.slice(8, 10));
}

/** Returns the time that a text names, UTC when it names no zone; undefined when it is none. */
export function parseTime(text: string): Date | undefined {
  if (!TIME.test(text) || !namesDay(text)) return undefined;
  const zoned = /(Z|[+-]\d{2}:\d{2})$/.test(text) && text.length > 10 ? text : text.length > 10 ? `${text}Z` : text;
  const time = new Date(zoned.replace(" ", "T"));
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** A time in a body: ISO 8601, UTC when it names no zone. */
export const timeField = z.string().transform((text, context) => {
  const time = parseTime(text);
  if (time !== undefined) return time;
  context.addIssue({
    code: "custom",
    message:
      "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].",
  });
  return z.NEVER;
}).meta({ format: "date-time" });

/** The key of a related object in a body. */
export const pkField = z.int({ error: pkError }).refine((pk) => pk >= 0 && pk <= MAX_INTEGER, {
  error: (issue) => unknownPk(String(issue.input)),
});

/** Minutes from the reveal of a secret to its replacement; 0 is never. */
export const revealDelayField = z.int().min(0).max(1440).refine((minutes) => minutes <= 0 || minutes >= 5, {
  error: "Must be 0, or at least 5 minutes.",
}).meta({ examples: [60] });

/** Days between the replacements of a secret; 0 is never. */
export const rotationDaysField = z.int().min(0).max(366);

/** Keys of related objects in a body; duplicates are dropped. */
export const pkListField = z.array(pkField).transform((keys) => [...new Set(keys)]);

function pkError(issue: { input: unknown }): string | undefined {
  if (issue.input === undefined || issue.input === null) return undefined;
  const kind = typeof issue.input === "string"
    ? "str"
    : typeof issue.input === "number"
    ? "float"
    : typeof issue.input === "boolean"
    ? "bool"
    : Array.isArray(issue.input)
    ? "list"
    : "dict";
  return `Incorrect type. Expected pk value, received ${kind}.`;
}

/** The key of an object of a kind that this server does not have yet: null, or left out. */
export const notBuiltField = (kinds: string) =>
  z.unknown().refine((value) => value === undefined || value === null, {
    error: `This server does not support ${kinds} yet. Send null or omit the field.`,
  }).meta({ type: "null", examples: [null] }).transform(() => null).optional();

/** The message for a related object in a body that does not exist. */
export const unknownPk = (pk: string | number): string => `Invalid pk "${pk}" - object does not exist.`;
