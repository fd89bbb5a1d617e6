/**
 * The OpenAPI 3.1 document of the API, generated from the schemas that check requests and answers.
 *
 * @module
 */

import { z } from "zod";
import { permissionsOf } from "./access.ts";
import { DRY_RUN, previewSchema } from "./dry_run.ts";
import { type Endpoint, REASON } from "./endpoint.ts";
import { namedJsonSchema, type Schema } from "./json_schema.ts";
import { withComponents } from "./openapi_components.ts";
import { REFUSAL_RESPONSES, REFUSAL_SCHEMAS, refusalsOf } from "./openapi_errors.ts";
import { exampleOf } from "./openapi_examples.ts";

/** The descriptions of the documentation's groups. */
const TAGS: Readonly<Record<string, string>> = {
  Accounts: "Users, service accounts, their roles and their API tokens.",
  Inventory: "Meta business units, taxonomies, tags, and what is known of a serial number.",
  Enrollment: "Push certificates, certificate issuers, enrollments, and what attempts to enroll came to.",
  Devices: "Enrolled devices, their inventory, their plan and their commands.",
  Blueprints: "Blueprints and their artifacts.",
  Artifacts: "Profiles, declarations, assets and their versions.",
  Tasks: "Background jobs and their results.",
  Events: "The event log: who did what, and when.",
};

/** Returns the name of an endpoint in generated clients: its method and its path. */
const operationIdOf = ({ method, path }: Pick<Endpoint, "method" | "path">): string =>
  `${method.toLowerCase()}_${path.replace(/^\/api\//, "").replace(/[{}]/g, "").replaceAll("/", "_")}`.replace(/_$/, "");

function parameters(endpoint: Endpoint): Schema[] {
  const from = (schema: z.ZodObject, place: "path" | "query") =>
    Object.entries(schema.shape).map(([name, field]): Schema => {
      const { description, ...rest } = namedJsonSchema(field);
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
    ...(endpoint.previews === true || endpoint.ownPreview !== undefined
      ? [{
        name: DRY_RUN,
        in: "query",
        required: false,
        description: endpoint.ownPreview === undefined
          ? "Changes nothing. Returns 200 with the effects that the change would have on devices."
          : "Changes nothing. Returns 200 with a preview.",
        schema: { type: "boolean" },
      }]
      : []),
    ...(endpoint.reasoned === true
      ? [{
        name: REASON,
        in: "query",
        required: false,
        description: "The reason for a sensitive action, if the settings of approvals require one. " +
          "A POST can have it in its body instead. If a second person must approve, the answer is 403 with `approval`.",
        schema: { type: "string", maxLength: 1000 },
      }]
      : []),
  ];
}

function permissionText(endpoint: Endpoint): string {
  const permissions = permissionsOf(endpoint);
  const who = permissions.length === 0
    ? "Any authenticated user."
    : `Required permission: ${permissions.map((one) => `\`${one}\``).join(", ")}.`;
  return endpoint.session === true ? `${who} Signed-in browsers can call it, too.` : who;
}

const json = (schema: z.ZodType, example: unknown = exampleOf(schema)): Schema => ({
  "application/json": { schema: namedJsonSchema(schema), example },
});

/** Returns the successful answers by status. A dry run always answers 200. */
function successes({ response, previews, ownPreview, summary }: Endpoint): Schema {
  const preview = previews === true && "schema" in response;
  const own = !("schema" in response)
    ? { [response.contentType]: { schema: { type: "string", contentMediaType: response.contentType } } }
    : response.status === 204
    ? undefined
    : preview && response.status === 200
    ? json(z.union([response.schema, previewSchema]), exampleOf(response.schema))
    : json(response.schema);
  return {
    ...(preview && response.status !== 200
      ? {
        "200": {
          description: "Of a dry run: the effects that the change would have on devices.",
          content: json(previewSchema),
        },
      }
      : {}),
    ...(ownPreview === undefined
      ? {}
      : { "200": { description: "Of a dry run: the preview.", content: json(ownPreview) } }),
    [response.status]: {
      description: response.description ?? (response.status === 204 ? "Done." : summary),
      ...(own === undefined ? {} : { content: own }),
    },
  };
}

function operation(endpoint: Endpoint): Schema {
  const body = endpoint.describedBody ?? endpoint.body;
  return {
    operationId: operationIdOf(endpoint),
    tags: [endpoint.tag],
    summary: endpoint.summary,
    description: [endpoint.description, permissionText(endpoint)].filter((text) => text !== undefined).join("\n\n"),
    security: [{ token: [] }, ...(endpoint.session === true ? [{ session: [] }] : [])],
    parameters: parameters(endpoint),
    ...(endpoint.takesFile === true
      ? {
        requestBody: {
          required: true,
          content: { "application/octet-stream": { schema: { type: "string", format: "binary" } } },
        },
      }
      : body === undefined
      ? {}
      : { requestBody: { required: true, content: json(body, endpoint.example ?? exampleOf(body)) } }),
    responses: { ...successes(endpoint), ...refusalsOf(endpoint) },
  };
}

/** Returns the document for these endpoints on a server at `baseUrl`. */
export function openApiDocument(endpoints: readonly Endpoint[], baseUrl: string): Schema {
  const paths: Record<string, Schema> = {};
  for (const endpoint of endpoints) {
    (paths[endpoint.path] ??= {})[endpoint.method.toLowerCase()] = operation(endpoint);
  }
  return withComponents({
    openapi: "3.1.0",
    info: { title: "Espalier", version: "1", description: "The API of an Espalier device management server." },
    servers: [{ url: baseUrl }],
    tags: [...new Set(endpoints.map(({ tag }) => tag))].map((name) => ({ name, description: TAGS[name] ?? name })),
    paths,
    components: {
      securitySchemes: {
        token: {
          type: "apiKey",
          in: "header",
          name: "Authorization",
          description: "`Authorization: Token ztlu_…`",
        },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "__Host-espalier",
          description: "The session of a signed-in browser, from a page of this server.",
        },
      },
      responses: REFUSAL_RESPONSES,
      schemas: REFUSAL_SCHEMAS,
    },
  });
}
