/**
 * Fields of bodies that are no texts, as schemas.
 *
 * @module
 */

import { z } from "zod";

/** A UUID in a body: the key of a related object, any version, either case; the value is lower case. */
export const uuidField = z.string().regex(/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, {
  error: "Must be a valid UUID.",
}).toLowerCase().meta({ format: "uuid", pattern: undefined });

/** The key of an object of a kind that this server does not have yet: null, or left out. */
export const notBuiltField = (kinds: string) =>
  z.unknown().refine((value) => value === undefined || value === null, {
    error: `This server does not support ${kinds} yet. Send null or omit the field.`,
  }).meta({ type: "null", examples: [null] }).transform(() => null).optional();
