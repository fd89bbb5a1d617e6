/**
 * The OpenAPI 3.1 document of the API, made from the schemas that check the requests.
 *
 * @module
 */

import { z } from "zod";
import { DRY_RUN, previewSchema } from "./dry_run.ts";
import type { Endpoint } from "./endpoint.ts";
import { withComponents } from "./openapi_components.ts";

/** A JSON object. */
type Schema = Record<string, unknown>;

const DETAIL = { $ref: "#/components/schemas/Detail" };
const REFUSALS: Record<string, { description: string; schema: Schema }> = {
  "400": { description: "A value is not valid.", schema: { $ref: "#/components/schemas/Refusal" } },
  "401": { description: "No token, or one that is not valid.", schema: DETAIL },
  "403": { description: "A permission is missing.", schema: DETAIL },
  "404": { description: "There is no such object.", schema: DETAIL },
};

const PREVIEW = {
  description: "Of a dry run: what the change would do to devices.",
  content: { "application/json": { schema: { $ref: "#/components/schemas/Preview" } } },
};

/** The JSON Schema of what a zod schema takes. */
export function jsonSchema(schema: z.core.$ZodType): Schema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return rest;
}

/** The fields of a body, as OPTIONS tells them: clients ask it which of them a server knows. */
export function bodyFields(
  body: z.core.$ZodType,
): Record<string, { type: string; required: boolean; read_only: false }> {
  const { properties, required } = jsonSchema(body);
  const names = Array.isArray(required) ? required : [];
  const typeOf = (field: unknown): string => {
    const type = typeof field === "object" && field !== null ? Reflect.get(field, "type") : undefined;
    return typeof type === "string" ? type : "field";
  };
  return Object.fromEntries(
    Object.entries(typeof properties === "object" && properties !== null ? properties : {}).map(([name, field]) => [
      name,
      { type: typeOf(field), required: names.includes(name), read_only: false as const },
    ]),
  );
}

function parameters(endpoint: Endpoint): Schema[] {
  const from = (schema: z.ZodObject, place: "path" | "query") =>
    Object.entries(schema.shape).map(([name, field]): Schema => {
      const { description, ...rest } = jsonSchema(field);
      return {
        name,
        in: place,
        required: place === "path",
        ...(description === undefined ? {} : { description }),
        schema: rest,
      };
    });
  return [
    ...from(endpoint.params, "path"),
    ...from(endpoint.query, "query"),
    ...(endpoint.previews === true
      ? [{
        name: DRY_RUN,
        in: "query",
        required: false,
        description: "Changes nothing and answers 200 with what the change would do to devices.",
        schema: { type: "boolean" },
      }]
      : []),
  ];
}

function permissionText({ permission, session }: Endpoint): string {
  const who = permission === "authenticated"
    ? "Any known user."
    : `Required permission: ${[permission].flat().map((one) => `\`${one}\``).join(", ")}.`;
  return session === true ? `${who} A signed-in browser may call it too.` : who;
}

function operation(endpoint: Endpoint): Schema {
  const { response, method, path } = endpoint;
  const content = "schema" in response
    ? response.status === 204 ? undefined : { "application/json": { schema: jsonSchema(response.schema) } }
    : { [response.contentType]: {} };
  const refusals = Object.entries(REFUSALS).filter(([status]) => status !== "404" || path.includes("{")).filter((
    [status],
  ) => status !== "400" || endpoint.body !== undefined || Object.keys(endpoint.query.shape).length > 0);
  return {
    operationId: `${method.toLowerCase()}_${path.replace(/^\/api\//, "").replace(/[{}]/g, "").replaceAll("/", "_")}`
      .replace(/_$/, ""),
    tags: [endpoint.tag],
    summary: endpoint.summary,
    description: [endpoint.description, permissionText(endpoint)].filter((text) => text !== undefined).join("\n\n"),
    security: [{ token: [] }],
    parameters: parameters(endpoint),
    ...(endpoint.body === undefined ? {} : {
      requestBody: {
        required: true,
        content: { "application/json": { schema: jsonSchema(endpoint.describedBody ?? endpoint.body) } },
      },
    }),
    responses: {
      [response.status]: {
        description: response.description ?? (response.status === 204 ? "Done." : endpoint.summary),
        ...(content === undefined ? {} : { content }),
      },
      ...(endpoint.previews === true ? { [response.status === 200 ? "2XX" : "200"]: PREVIEW } : {}),
      ...Object.fromEntries(
        refusals.map(([status, { description, schema }]) => [
          status,
          { description, content: { "application/json": { schema } } },
        ]),
      ),
    },
  };
}

/** The document for these endpoints on a server at `baseUrl`. */
export function openApiDocument(endpoints: readonly Endpoint[], baseUrl: string): Schema {
  const paths: Record<string, Schema> = {};
  for (const endpoint of endpoints) {
    (paths[endpoint.path] ??= {})[endpoint.method.toLowerCase()] = operation(endpoint);
  }
  return withComponents({
    openapi: "3.1.0",
    info: { title: "Espalier", version: "1", description: "The API of an Espalier device management server." },
    servers: [{ url: baseUrl }],
    tags: [...new Set(endpoints.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        token: {
          type: "apiKey",
          in: "header",
          name: "Authorization",
          description: "`Authorization: Token ztlu_…`",
        },
      },
      schemas: {
        Preview: jsonSchema(previewSchema),
        Detail: { type: "object", required: ["detail"], properties: { detail: { type: "string" } } },
        Refusal: {
          description: "Messages by field; a bare list when the object's state refuses; or one detail.",
          anyOf: [
            { type: "object", additionalProperties: true },
            { type: "array", items: { type: "string" } },
          ],
        },
      },
    },
  });
}
