/** The OpenAPI document in the hands of public tools: a linter, a generator of types, and a client with those types. */

import assert from "node:assert/strict";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import openapiTS, { astToString } from "openapi-typescript";
import { createApp } from "../../../routes/app.ts";
import { exampleOf } from "../../../routes/api/openapi_examples.ts";
import { openApiDocument } from "../../../routes/api/openapi.ts";
import { ENDPOINTS } from "../../../routes/api/registry.ts";
import { serve } from "../../../routes/serve.ts";
import { withRuntime } from "../../support/runtime.ts";
import { makeCaller } from "./support.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;
// The linter warns of example.com, which real documents do not name.
const document = openApiDocument(ENDPOINTS, "https://mdm.acme.test");

/** The recommended rules that are off, each with its reason. */
const OFF: Readonly<Record<string, string>> = {
  "no-path-trailing-slash":
    "the clients that this API is compatible with send the slash, and an address is not changed",
  "no-ambiguous-paths": "ids of devices are integers, so /devices/commands/{id}/ is no /devices/{id}/restore/",
  "info-license": "the licence is the repository's to state, and an API has none of its own",
};

Deno.test("a linter finds nothing in the OpenAPI document, by its recommended rules", async () => {
  const lint = async (rules: Record<string, "off">, source = JSON.stringify(document)) => {
    const config = await createConfig({ extends: ["recommended"], rules });
    const problems = await lintFromString({ source, absoluteRef: "/openapi.json", config });
    return problems.map(({ ruleId, message, location }) => `${ruleId} ${location[0]?.pointer}: ${message}`);
  };
  const off = Object.fromEntries(Object.keys(OFF).map((rule) => [rule, "off" as const]));
  assert.deepEqual(await lint(off), []);
  // Disabled rules are disabled because they would fail; and the linter does report errors.
  const found = (await lint({})).map((problem) => problem.split(" ")[0]);
  assert.deepEqual([...new Set(found)].sort(), Object.keys(OFF).sort());
});

Deno.test("a client with types generated from the OpenAPI document compiles and works", async () => {
  const folder = await Deno.makeTempDir({ prefix: "espalier-client-" });
  try {
    await withRuntime(async (runtime) => {
      const { token } = await makeCaller(runtime, "superuser");
      const config = { ...runtime.config, HOST: "127.0.0.1", PORT: 0 };
      const server = await serve({ ...runtime, config }, createApp(runtime).fetch);
      const url = `http://127.0.0.1:${server.port}`;
      try {
        const served = await (await fetch(`${url}/api/openapi.json`)).text();
        const types = await openapiTS(JSON.parse(served), { defaultNonNullable: false });
        await Deno.writeTextFile(`${folder}/api.d.ts`, astToString(types));
        await Deno.copyFile(new URL("typed_client.ts.txt", import.meta.url), `${folder}/client.ts`);
        const deno = async (...args: string[]) => {
          const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
            args: [...args.slice(0, 1), "--quiet", "--config", `${ROOT}deno.json`, "--frozen", ...args.slice(1)],
            env: { NO_COLOR: "1" },
          }).output();
          assert.equal(code, 0, new TextDecoder().decode(stderr));
          return new TextDecoder().decode(stdout);
        };
        await deno("check", `${folder}/client.ts`);
        const said = await deno("run", "--no-check", "--allow-net=127.0.0.1", `${folder}/client.ts`, url, token);
        assert.deepEqual(JSON.parse(said), {
          read: "Lab",
          changed: "Laboratory",
          names: ["Laboratory"],
          refused: { name: ["This field is required."] },
          missing: { detail: "Not found." },
          unknown: { detail: "Authentication credentials were not provided." },
          deleted: 204,
        });
      } finally {
        await server.close(0);
      }
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("every example of a request and of an answer is one", () => {
  for (const { method, path, body, describedBody, example, response } of ENDPOINTS) {
    const title = `${method} ${path}`;
    if (body !== undefined) {
      const given = example ?? exampleOf(describedBody ?? body);
      for (const schema of [body, describedBody]) {
        const parsed = schema?.safeParse(given);
        assert.ok(parsed?.success !== false, `${title}: ${parsed?.error?.message}`);
      }
    }
    if (!("schema" in response) || response.status === 204) continue;
    const parsed = response.schema.safeParse(exampleOf(response.schema));
    assert.ok(parsed.success, `${title}: ${parsed.error?.message}`);
  }
});

Deno.test("every body and every answer consists of named components", () => {
  // deno-lint-ignore no-explicit-any
  const { paths, components }: any = document;
  const named = (schema: Record<string, unknown>): boolean =>
    "$ref" in schema || (Array.isArray(schema.anyOf) && schema.anyOf.every(named)) ||
    (typeof schema.items === "object" && schema.items !== null && named({ ...schema.items }));
  let seen = 0;
  for (const [path, operations] of Object.entries<Record<string, Record<string, unknown>>>(paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      // deno-lint-ignore no-explicit-any
      const { requestBody, responses }: any = operation;
      for (const one of [requestBody, ...Object.values(responses)]) {
        const json = one?.content?.["application/json"];
        if (json === undefined) continue;
        seen++;
        assert.ok(named(json.schema), `${method} ${path}`);
        assert.ok("example" in json, `${method} ${path}`);
      }
      for (const status of ["401", "503", "default"]) assert.ok(status in responses, `${method} ${path} ${status}`);
    }
  }
  assert.ok(seen > 100);
  assert.ok(Object.keys(components.schemas).length > 70);
  for (const name of Object.keys(components.schemas)) assert.match(name, /^[A-Z][A-Za-z]+$/);
});
