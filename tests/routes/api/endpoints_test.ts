/** The common behavior of every current and future endpoint. */

import assert from "node:assert/strict";
import { z } from "zod";
import type { Endpoint } from "../../../routes/api/endpoint.ts";
import { permissionsOf } from "../../../routes/api/access.ts";
import { jsonSchema } from "../../../routes/api/json_schema.ts";
import { openApiDocument } from "../../../routes/api/openapi.ts";
import { ENDPOINTS } from "../../../routes/api/registry.ts";
import { withApi } from "./support.ts";

/** The path with keys that nothing has. */
function unknownPath(endpoint: Endpoint): string {
  return endpoint.path.replace(/\{([a-z_]+)\}/g, (_, name: string) => {
    const field = endpoint.params.shape[name];
    for (const candidate of ["2000000000", "9b2fd9a4-1f0f-4f7e-8f4e-0d5d4a1b2c3d", "UNKNOWN"]) {
      if (field !== undefined && z.core.safeParse(field, candidate).success) return candidate;
    }
    throw new Error(`Cannot make a value for {${name}} of ${endpoint.path}`);
  });
}

const bodyFor = ({ method }: Endpoint) => method === "GET" ? undefined : {};
const title = ({ method, path }: Endpoint) => `${method} ${path}`;

Deno.test("every endpoint answers 401 without a token", async () => {
  await withApi(async ({ call }) => {
    for (const endpoint of ENDPOINTS) {
      const { status, body, headers } = await call(endpoint.method, unknownPath(endpoint));
      assert.equal(status, 401, title(endpoint));
      assert.deepEqual(body, { detail: "Authentication credentials were not provided." });
      assert.equal(headers.get("WWW-Authenticate"), "Token");
    }
  });
});

Deno.test("every endpoint answers 403 to a user without permissions", async () => {
  await withApi(async ({ as }) => {
    const call = await as([]);
    for (const endpoint of ENDPOINTS) {
      if (permissionsOf(endpoint).length === 0) continue;
      const { status, body } = await call(endpoint.method, unknownPath(endpoint), bodyFor(endpoint));
      assert.equal(status, 403, title(endpoint));
      assert.deepEqual(body, { detail: "You do not have permission to perform this action." });
    }
  });
});

Deno.test("every endpoint with several permissions wants all of them", async () => {
  await withApi(async ({ as }) => {
    for (const endpoint of ENDPOINTS) {
      const permissions = permissionsOf(endpoint);
      for (const missing of permissions) {
        const call = await as(permissions.filter((permission) => permission !== missing));
        assert.equal(
          (await call(endpoint.method, unknownPath(endpoint), bodyFor(endpoint))).status,
          403,
          title(endpoint),
        );
      }
    }
  });
});

Deno.test("every endpoint with its permissions is let through", async () => {
  await withApi(async ({ as }) => {
    for (const endpoint of ENDPOINTS) {
      const call = await as(permissionsOf(endpoint));
      const { status } = await call(endpoint.method, unknownPath(endpoint), bodyFor(endpoint));
      assert.ok(![401, 403, 405, 500].includes(status), `${title(endpoint)} answered ${status}`);
    }
  });
});

Deno.test("every integer or UUID key that is malformed or unknown is a 404", async () => {
  await withApi(async ({ as }) => {
    const call = await as("superuser");
    for (const endpoint of ENDPOINTS) {
      if (!endpoint.path.includes("{id}") || endpoint.method !== "GET") continue;
      // An unknown task is a result of its own.
      const unknown = endpoint.path === "/api/task_result/{id}/" ? 200 : 404;
      assert.equal((await call("GET", unknownPath(endpoint))).status, unknown, title(endpoint));
      for (const id of ["x", "-1", "99999999999999999999", "2147483648", "1.5", "%00", "' or 1=1"]) {
        const path = endpoint.path.replace("{id}", encodeURIComponent(id)).replace("%2500", "%00")
          .replace(/\{[a-z_]+\}/g, "X");
        const { status, body } = await call("GET", path);
        assert.equal(status, 404, `${path}`);
        assert.deepEqual(body, { detail: "Not found." });
      }
    }
  });
});

Deno.test("every path answers 405 to methods it does not have, PATCH everywhere", async () => {
  await withApi(async ({ as }) => {
    const call = await as("superuser");
    const paths = new Map<string, string[]>();
    for (const { path, method } of ENDPOINTS) paths.set(path, [...paths.get(path) ?? [], method]);
    for (const endpoint of ENDPOINTS) {
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
        if (paths.get(endpoint.path)?.includes(method)) continue;
        // With a body: some lists are read by a POST without one.
        const { status, body, headers } = await call(method, unknownPath(endpoint), method === "GET" ? undefined : {});
        assert.equal(status, 405, `${method} ${endpoint.path}`);
        assert.deepEqual(body, { detail: `Method "${method}" not allowed.` });
        assert.match(headers.get("Allow") ?? "", new RegExp(endpoint.method));
      }
    }
  });
});

Deno.test("every path without its slash is a 404 and no redirect", async () => {
  await withApi(async ({ as }) => {
    const call = await as("superuser");
    for (const endpoint of ENDPOINTS) {
      const { status } = await call(endpoint.method, unknownPath(endpoint).replace(/\/$/, ""), bodyFor(endpoint));
      assert.equal(status, 404, title(endpoint));
    }
  });
});

Deno.test("every body is refused when it is no JSON object", async () => {
  await withApi(async ({ as }) => {
    const call = await as("superuser");
    for (const endpoint of ENDPOINTS) {
      if (endpoint.body === undefined) continue;
      const path = unknownPath(endpoint);
      for (const body of ["[]", '"x"', "{", "", "\u0000"]) {
        // No body says the same as an empty object: if that is valid, the object in the path is missing.
        const expected: number = body === "" && endpoint.body.safeParse({}).success ? 404 : 400;
        assert.equal((await call(endpoint.method, path, body)).status, expected, `${title(endpoint)} with ${body}`);
      }
      const form = await call(endpoint.method, path, "a=b", { "Content-Type": "application/x-www-form-urlencoded" });
      assert.equal(form.status, 415, title(endpoint));
    }
  });
});

Deno.test("every list is empty on an empty server and keeps to its schema", async () => {
  await withApi(async ({ as }) => {
    const call = await as("superuser");
    for (const endpoint of ENDPOINTS) {
      if (endpoint.method !== "GET" || endpoint.path.includes("{")) continue;
      // The app of the tests answers 500 when an answer is not of the schema that it was declared with.
      assert.equal((await call("GET", endpoint.path)).status, 200, title(endpoint));
      const odd = await call("GET", `${endpoint.path}?limit=x&offset=-3&unknown=1&name=&limit=9e9`);
      assert.equal(odd.status, 200, title(endpoint));
    }
  });
});

Deno.test("the OpenAPI document names every endpoint once, with its permission", () => {
  const text = JSON.stringify(openApiDocument(ENDPOINTS, "https://mdm.example.com"));
  const document: { paths: Record<string, Record<string, { operationId: string; description: string }>> } = JSON.parse(
    text,
  );
  const ids = new Set<string>();
  for (const endpoint of ENDPOINTS) {
    const operation = document.paths[endpoint.path]?.[endpoint.method.toLowerCase()];
    assert.ok(operation !== undefined, title(endpoint));
    assert.ok(!ids.has(operation.operationId), operation.operationId);
    ids.add(operation.operationId);
    for (const permission of permissionsOf(endpoint)) assert.ok(operation.description.includes(permission));
  }
});

Deno.test("each reference of the OpenAPI document leads to something in it", () => {
  const document = JSON.parse(JSON.stringify(openApiDocument(ENDPOINTS, "https://mdm.example.com")));
  let seen = 0;
  const at = (pointer: string) =>
    pointer.slice(2).split("/").reduce(
      (value, name) => value?.[name.replaceAll("~1", "/").replaceAll("~0", "~")],
      document,
    );
  const walk = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (key === "$ref") {
        seen++;
        assert.match(String(inner), /^#\/components\/(schemas|responses)\/[A-Za-z]+$/);
        assert.notEqual(at(String(inner)), undefined, String(inner));
      } else walk(inner);
    }
  };
  walk(document);
  assert.ok(seen > 400);
});

Deno.test("the documentation of a command's endpoint has the arguments of the command", () => {
  const document = JSON.parse(JSON.stringify(openApiDocument(ENDPOINTS, "https://mdm.example.com")));
  const fields = (segment: string) => {
    const { requestBody } = document.paths[`/api/mdm/devices/{id}/${segment}/`].post;
    const name = requestBody.content["application/json"].schema.$ref.split("/").at(-1);
    return Object.keys(document.components.schemas[name].properties);
  };
  assert.ok(fields("lock").includes("message"));
  assert.ok(fields("erase").includes("pin"));
  assert.deepEqual(fields("send_custom_command"), ["command"]);
});

/** Fields whose texts are not kept as they come, and what looks at them instead of the schema. */
const LATER: Readonly<Record<string, string>> = {
  password: "only its hash is kept",
  key_password: "it opens the key and is not kept",
  permissions: "must be one of the permissions",
  commands: "must be names of commands",
  values: "checked as values of devices, with the name in the sentence",
  secrets: "must be names of values that are given or kept",
  source: "base64 of a file, or JSON, which have readers of their own",
  file_uri: "an address, which has a reader of its own",
};

Deno.test("no text of a body that would be kept has NUL or half a character in it", () => {
  // deno-lint-ignore no-explicit-any
  type Json = any;
  let seen = 0;
  for (const endpoint of ENDPOINTS) {
    const { describedBody, body } = endpoint;
    const schema = describedBody ?? body;
    if (schema === undefined) continue;
    const leaves = (facts: Json, path: string[], wrap: (value: unknown) => unknown): void => {
      if (Array.isArray(facts.anyOf)) facts.anyOf.forEach((one: Json) => leaves(one, path, wrap));
      for (const [key, inner] of Object.entries(facts.properties ?? {})) {
        leaves(inner, [...path, key], (value) => wrap({ [key]: value }));
      }
      if (facts.type === "array") leaves(facts.items ?? {}, [...path, "0"], (value) => wrap([value]));
      if (facts.type !== "string" || LATER[path[0] ?? ""] !== undefined) return;
      seen++;
      for (const odd of ["a\0b", "a\ud800b"]) {
        const { error } = schema.safeParse(wrap(odd));
        const at = path.join(".");
        assert.ok(
          error?.issues.some((issue) => issue.path.length > 0 && `${at}.`.startsWith(`${issue.path.join(".")}.`)),
          `${title(endpoint)} ${at}`,
        );
      }
    };
    leaves(jsonSchema(schema), [], (value) => value);
  }
  assert.ok(seen > 50);
});

Deno.test("OPTIONS lists the fields of the writes that the caller may make, and of no others", async () => {
  await withApi(async ({ as }) => {
    const path = "/api/mdm/data_assets/";
    const all = await (await as("superuser"))("OPTIONS", path);
    const { actions } = all.body as { actions: Record<string, Record<string, { required: boolean }>> };
    assert.deepEqual(Object.keys(actions), ["POST"]);
    assert.equal(actions.POST?.source?.required, false);
    assert.equal(actions.POST?.version?.required, true);
    const viewer = await as(["mdm.view_artifactversion"]);
    assert.equal("actions" in ((await viewer("OPTIONS", path)).body as object), false);
  });
});
