/**
 * JSON Schemas of zod schemas.
 *
 * @module
 */

import { z } from "zod";

/** A JSON object. */
export type Schema = Record<string, unknown>;

/** Whether a value is a JSON object. */
export const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const DEFINITION = "#/$defs/";

/** Returns the JSON Schema of a zod schema's input; schemas with an id are in its `$defs`, itself too. */
export function namedJsonSchema(schema: z.core.$ZodType): Schema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return rest;
}

/** The same, itself not by reference: its fields can be read. */
export function jsonSchema(schema: z.core.$ZodType): Schema {
  const { $ref, ...rest } = namedJsonSchema(schema);
  if (typeof $ref !== "string" || !isSchema(rest.$defs)) return $ref === undefined ? rest : { $ref, ...rest };
  const own = rest.$defs[$ref.slice(DEFINITION.length)];
  return { ...(isSchema(own) ? own : {}), ...rest };
}

/** Returns the fields of a body, in the form for OPTIONS: clients use it to find out which fields a server supports. */
export function bodyFields(
  body: z.core.$ZodType,
): Record<string, { type: string; required: boolean; read_only: false }> {
  const { properties, required } = jsonSchema(body);
  const names = Array.isArray(required) ? required : [];
  const typeOf = (field: unknown): string => isSchema(field) && typeof field.type === "string" ? field.type : "field";
  return Object.fromEntries(
    Object.entries(isSchema(properties) ? properties : {}).map(([name, field]) => [
      name,
      { type: typeOf(field), required: names.includes(name), read_only: false as const },
    ]),
  );
}
