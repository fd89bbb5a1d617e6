/**
 * Parses clients' input into typed values, with the messages that clients know for invalid input.
 *
 * Endpoints use ordinary zod schemas; the sentences are defined here, once. A schema's own `error` wins.
 *
 * @module
 */

import { z } from "zod";
import { foreignText } from "../../src/foreign_text.ts";
import { type FieldErrors, invalid, REQUIRED } from "../../src/errors.ts";

/** Query parameters of a request: all values of one name, in order. */
export type ParameterSource = { names(): string[]; all(name: string): string[] };

/** Returns the parameters of an address. */
export function addressParameters(url: URL): ParameterSource {
  return {
    names: () => [...new Set(url.searchParams.keys())],
    all: (name) => url.searchParams.getAll(name),
  };
}

const typeName = (value: unknown): string =>
  value === null
    ? "null"
    : Array.isArray(value)
    ? "list"
    : typeof value === "string"
    ? "str"
    : typeof value === "number"
    ? Number.isInteger(value) ? "int" : "float"
    : typeof value === "boolean"
    ? "bool"
    : "dict";

const FORMATS: Record<string, string> = {
  uuid: "Must be a valid UUID.",
  guid: "Must be a valid UUID.",
  email: "Enter a valid email address.",
  url: "Enter a valid URL.",
  datetime:
    "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].",
  date: "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.",
  time: "Time has wrong format. Use one of these formats instead: hh:mm[:ss[.uuuuuu]].",
  ipv4: "Enter a valid IPv4 or IPv6 address.",
  ipv6: "Enter a valid IPv4 or IPv6 address.",
};

function wrongType(expected: string, input: unknown): string {
  switch (expected) {
    case "int":
      return "A valid integer is required.";
    case "number":
      return "A valid number is required.";
    case "string":
      return "Not a valid string.";
    case "boolean":
      return "Must be a valid boolean.";
    case "array":
      return `Expected a list of items but got type "${typeName(input)}".`;
    case "object":
    case "record":
      return `Invalid data. Expected a dictionary, but got ${typeName(input)}.`;
    default:
      return "Not a valid value.";
  }
}

/** Returns the sentence for one thing that zod found wrong. */
function sentence(issue: z.core.$ZodRawIssue): string {
  const { input } = issue;
  if (input === undefined) return REQUIRED;
  if (input === null) return "This field may not be null.";
  switch (issue.code) {
    case "invalid_type":
      // A text for an integer is reported as "expected number"; only the schema still knows that it wants an integer.
      return wrongType(issue.inst instanceof z.ZodNumberFormat ? "int" : issue.expected, input);
    case "invalid_value":
      return `"${
        foreignText(typeof input === "object" ? JSON.stringify(input) : String(input))
      }" is not a valid choice.`;
    case "too_small":
      if (input === "") return "This field may not be blank.";
      if (issue.origin === "string") return `Ensure this field has at least ${issue.minimum} characters.`;
      if (issue.origin === "array" || issue.origin === "set") {
        return Number(issue.minimum) <= 1
          ? "This list may not be empty."
          : `Ensure this field has at least ${issue.minimum} elements.`;
      }
      return issue.inclusive === false
        ? `Ensure this value is greater than ${issue.minimum}.`
        : `Ensure this value is greater than or equal to ${issue.minimum}.`;
    case "too_big":
      if (issue.origin === "string") return `Ensure this field has no more than ${issue.maximum} characters.`;
      if (issue.origin === "array" || issue.origin === "set") {
        return `Ensure this field has no more than ${issue.maximum} elements.`;
      }
      return issue.inclusive === false
        ? `Ensure this value is less than ${issue.maximum}.`
        : `Ensure this value is less than or equal to ${issue.maximum}.`;
    case "invalid_format":
      if (input === "") return "This field may not be blank.";
      return FORMATS[issue.format] ?? "This value does not match the required pattern.";
    default:
      return "Not a valid value.";
  }
}

/**
 * Returns the errors of a schema, by field; fields inside fields are joined by a dot, the whole value is
 * `non_field_errors`.
 */
function fieldErrors(error: z.ZodError): FieldErrors {
  const fields: FieldErrors = {};
  for (const issue of error.issues) {
    const name = issue.path.length === 0 ? "non_field_errors" : issue.path.map(String).join(".");
    // `Object.hasOwn`: a client names the keys of records, and "constructor" is one it may choose.
    if (!Object.hasOwn(fields, name)) Object.defineProperty(fields, name, { value: [], enumerable: true });
    fields[name]?.push(issue.message);
  }
  return fields;
}

/**
 * Parses `value`; throws the validation Problem with the sentences that clients know.
 *
 * Also for services and pages that take the same input as the API.
 */
export async function parseOrRefuse<S extends z.ZodType>(schema: S, value: unknown): Promise<z.output<S>> {
  const parsed = await schema.safeParseAsync(value, { error: sentence });
  if (!parsed.success) throw invalid(fieldErrors(parsed.error));
  return parsed.data;
}

/** Path parameters; undefined when one is not of its form, which is a 404. */
export function parseParams<S extends z.ZodType>(
  schema: S,
  params: Record<string, string>,
): { value: z.output<S> } | undefined {
  const parsed = schema.safeParse(params);
  return parsed.success ? { value: parsed.data } : undefined;
}

/** Whether a query field takes several values. */
function takesList(schema: z.core.$ZodType): boolean {
  if (schema instanceof z.ZodArray) return true;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return takesList(schema.unwrap());
  if (schema instanceof z.ZodPipe) return takesList(schema.in);
  return false;
}

/**
 * Query parameters: only those the schema knows; empty ones count as absent, the last of repeated ones counts unless the
 * schema takes a list.
 */
export async function parseQuery<S extends z.ZodObject>(schema: S, source: ParameterSource): Promise<z.output<S>> {
  const found: Record<string, string | string[]> = {};
  for (const [name, field] of Object.entries(schema.shape)) {
    const values = source.all(name).filter((value) => value !== "");
    const last = values.at(-1);
    if (last !== undefined) found[name] = takesList(field) ? values : last;
  }
  return await parseOrRefuse(schema, found);
}
