/**
 * The OpenAPI document and a page that shows it: our own, without scripts or files of others, so that it works offline and
 * under a strict content security policy.
 *
 * @module
 */

import type { Context, Hono } from "hono";
import { z } from "zod";
import type { AppEnv } from "../context.ts";
import { keptAnswer } from "../kept_answer.ts";
import { DOCS_STYLE } from "./docs_style.ts";
import type { Endpoint } from "./endpoint.ts";
import { jsonSchema } from "./json_schema.ts";
import { openApiDocument } from "./openapi.ts";

const POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const anchor = (endpoint: Endpoint) =>
  `${endpoint.method}-${endpoint.path}`.replace(/[{}]/g, "").replace(/[^A-Za-z0-9]+/g, "-").replace(/-$/, "");

const typeText = (value: unknown): string => {
  if (typeof value !== "object" || value === null) return "any";
  const schema: Record<string, unknown> = { ...value };
  if (typeof schema.$ref === "string") return schema.$ref.split("/").at(-1) ?? "any";
  if (Array.isArray(schema.enum)) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  if ("const" in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.anyOf)) return schema.anyOf.map(typeText).join(" | ");
  if (schema.type === "array") return `list of ${typeText(schema.items)}`;
  if (Array.isArray(schema.type)) return schema.type.join(" | ");
  const format = typeof schema.format === "string" ? ` (${schema.format})` : "";
  return typeof schema.type === "string" ? `${schema.type}${format}` : "any";
};

const entriesOf = (value: unknown): [string, unknown][] =>
  typeof value === "object" && value !== null ? Object.entries(value) : [];

const descriptionOf = (value: unknown): string =>
  typeof value === "object" && value !== null && "description" in value && typeof value.description === "string"
    ? value.description
    : "";

function Fields({ title, schema }: { title: string; schema: Record<string, unknown> }) {
  const required = Array.isArray(schema.required) ? schema.required : [];
  const fields = entriesOf(schema.properties);
  if (fields.length === 0) return null;
  return (
    <>
      <h4>{title}</h4>
      <table>
        <tbody>
          {fields.map(([name, field]) => (
            <tr>
              <th scope="row">
                <code>{name}</code>
                {required.includes(name) ? <span class="required">required</span> : ""}
              </th>
              <td>{typeText(field)}</td>
              <td>{descriptionOf(field)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** The schema whose fields are worth a table: of a list, that of its items. */
function rowSchema(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodArray) return rowSchema(schema.element);
  if (schema instanceof z.ZodUnion) return rowSchema(schema.options[0] ?? schema);
  return schema;
}

function Operation({ endpoint }: { endpoint: Endpoint }) {
  const { response } = endpoint;
  const permissions = endpoint.permission === "authenticated" ? [] : [endpoint.permission].flat();
  return (
    <section id={anchor(endpoint)}>
      <h3>
        <span class={`method ${endpoint.method.toLowerCase()}`}>{endpoint.method}</span> <code>{endpoint.path}</code>
      </h3>
      <p>{endpoint.summary}. {endpoint.description ?? ""}</p>
      <p>
        {permissions.length === 0
          ? "Any authenticated user."
          : <>Required: {permissions.map((one) => <code key={one}>{one}</code>)}</>}
        {endpoint.session === true ? " Signed-in browsers can call it, too." : ""}
      </p>
      <Fields title="Path" schema={jsonSchema(endpoint.params)} />
      <Fields title="Query" schema={jsonSchema(endpoint.query)} />
      {endpoint.body === undefined
        ? ""
        : <Fields title="Body" schema={jsonSchema(endpoint.describedBody ?? endpoint.body)} />}
      {"schema" in response && response.status !== 204
        ? (
          <Fields
            title={`Answer ${response.status}${response.schema instanceof z.ZodObject ? "" : ", each item"}`}
            schema={jsonSchema(rowSchema(response.schema))}
          />
        )
        : <p>Answers {response.status}{"contentType" in response ? `, ${response.contentType}` : ", no content"}.</p>}
    </section>
  );
}

function Page({ endpoints }: { endpoints: readonly Endpoint[] }) {
  const tags = [...new Set(endpoints.map(({ tag }) => tag))];
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>API · Espalier</title>
        <link rel="stylesheet" href="/api/docs/style.css" />
      </head>
      <body>
        <nav aria-label="Endpoints">
          <h2>Espalier API</h2>
          {tags.map((tag) => (
            <>
              <h3>{tag}</h3>
              <ul>
                {endpoints.filter((endpoint) => endpoint.tag === tag).map((endpoint) => (
                  <li>
                    <a href={`#${anchor(endpoint)}`}>{endpoint.method} {endpoint.path.replace(/^\/api/, "")}</a>
                  </li>
                ))}
              </ul>
            </>
          ))}
        </nav>
        <main>
          <h1>The API</h1>
          <p>
            JSON in, JSON out. Each call carries <code>Authorization: Token …</code>. Paths end with a slash. Lists take
            {" "}
            <code>limit</code> (50, at most 500) and{" "}
            <code>offset</code>; where an answer is a list of items, it is all of them unless one of both is given. PUT
            writes the whole object. Times are UTC without zone. The same as a machine reads it:{" "}
            <a href="/api/openapi.json">/api/openapi.json</a>.
          </p>
          {tags.map((tag) => (
            <>
              <h2>{tag}</h2>
              {endpoints.filter((endpoint) => endpoint.tag === tag).map((endpoint) => (
                <Operation
                  endpoint={endpoint}
                />
              ))}
            </>
          ))}
        </main>
      </body>
    </html>
  );
}

/** Serves `/api/openapi.json` and `/api/docs/`. They reveal nothing about the installation, so anyone may read them. */
export function mountDocumentation(app: Hono<AppEnv>, endpoints: readonly Endpoint[]): void {
  const get = (path: string, make: (c: Context<AppEnv>) => string, headers: Record<string, string>) =>
    app.get(path, keptAnswer(make, headers));
  get("/api/openapi.json", (c) => JSON.stringify(openApiDocument(endpoints, c.get("runtime").config.BASE_URL)), {
    "Content-Type": "application/json",
  });
  get("/api/docs/style.css", () => DOCS_STYLE, { "Content-Type": "text/css; charset=utf-8" });
  get("/api/docs/", () => `<!DOCTYPE html>${(<Page endpoints={endpoints} />).toString()}`, {
    "Content-Type": "text/html; charset=UTF-8",
    "Content-Security-Policy": POLICY,
  });
}
