/**
 * The refusals of the API in its OpenAPI document: their shapes and one example of each.
 *
 * @module
 */

import { CATALOGUE, type ProblemCode, REQUIRED } from "../../src/errors.ts";
import { permissionsOf } from "./access.ts";
import type { Endpoint } from "./endpoint.ts";

/** A JSON object. */
type Json = Record<string, unknown>;

/** The shapes that refusals have. */
export const REFUSAL_SCHEMAS: Record<string, Json> = {
  Detail: {
    description: "One sentence.",
    type: "object",
    required: ["detail"],
    properties: { detail: { type: "string" } },
  },
  FieldErrors: {
    description: "Messages by field. Nested fields are nested, list items by their index; `non_field_errors` are " +
      "about several fields.",
    type: "object",
    additionalProperties: {
      anyOf: [{ type: "array", items: { type: "string" } }, { $ref: "#/components/schemas/FieldErrors" }],
    },
  },
  Refusals: {
    description: "The reason why the state of the object does not allow this.",
    type: "array",
    items: { type: "string" },
  },
};

const of = (name: string) => ({ $ref: `#/components/schemas/${name}` });

const detailed = (description: string, code: ProblemCode): Json => ({
  description,
  content: { "application/json": { schema: of("Detail"), example: { detail: CATALOGUE[code].sentence } } },
});

/** The answers that refuse, by their names among the components. */
export const REFUSAL_RESPONSES: Record<string, Json> = {
  Invalid: {
    description: "A value is not valid, or the state of the object does not allow this.",
    content: {
      "application/json": {
        schema: { anyOf: [of("FieldErrors"), of("Refusals"), of("Detail")] },
        examples: {
          fields: { summary: "Values that are not valid", value: { name: [REQUIRED] } },
          nested: {
            summary: "One inside of a list",
            value: { tag_shards: { 0: { tag: [REQUIRED] } } },
          },
          refused: { summary: "A refused change", value: ["This blueprint cannot be deleted"] },
          detail: {
            summary: "A body that is not JSON",
            value: { detail: "JSON parse error - the body is not valid JSON" },
          },
        },
      },
    },
  },
  NotAuthenticated: detailed("The token is missing or not valid.", "not-authenticated"),
  PermissionDenied: detailed("The permission is missing.", "permission-denied"),
  NotFound: detailed("The object does not exist.", "not-found"),
  TooLarge: detailed("The body is larger than allowed.", "too-large"),
  UnsupportedMediaType: detailed("The body is not JSON.", "unsupported-media-type"),
  Unavailable: detailed("The server cannot answer now. Retry after the seconds in Retry-After.", "unavailable"),
  Failure: detailed("Any other failure.", "internal"),
};

/** Which refusal an endpoint may answer with which status, and when. */
const REFUSALS: readonly { status: string; name: string; when(endpoint: Endpoint): boolean }[] = [
  {
    status: "400",
    name: "Invalid",
    when: ({ method, query }) => method !== "GET" || Object.keys(query.shape).length > 0,
  },
  { status: "401", name: "NotAuthenticated", when: () => true },
  {
    status: "403",
    name: "PermissionDenied",
    when: (endpoint) => permissionsOf(endpoint).length > 0 || endpoint.session === true,
  },
  { status: "404", name: "NotFound", when: ({ path }) => path.includes("{") },
  { status: "413", name: "TooLarge", when: ({ body }) => body !== undefined },
  { status: "415", name: "UnsupportedMediaType", when: ({ body }) => body !== undefined },
  { status: "503", name: "Unavailable", when: () => true },
  { status: "default", name: "Failure", when: () => true },
];

/** Returns the refusals of an endpoint by status. */
export function refusalsOf(endpoint: Endpoint): Json {
  return Object.fromEntries(
    REFUSALS.filter(({ when }) => when(endpoint)).map(({ status, name }) => [
      status,
      { $ref: `#/components/responses/${name}` },
    ]),
  );
}
