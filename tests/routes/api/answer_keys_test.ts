/** One style of keys in everything that the API answers: snake_case, or Apple's own names for what is Apple's. */

import assert from "node:assert/strict";
import { MODELS } from "../../../simulators/device/models.ts";
import { openApiDocument } from "../../../routes/api/openapi.ts";
import { ENDPOINTS } from "../../../routes/api/registry.ts";
import {
  assign,
  idOf,
  link,
  made,
  makeBlueprint,
  makeDeclaration,
  makeProfile,
  settle,
} from "../../support/artifacts.ts";
import { withFleet } from "../../support/fleet.ts";

const SNAKE = /^[a-z0-9]+(_[a-z0-9]+)*$/;

/** Keys that are not ours: the values under these names keep their original keys. */
const FOREIGN: Readonly<Record<string, RegExp>> = {
  subject_alt_name: /^(rfc822Name|dNSName|uniformResourceIdentifier|ntPrincipalName)$/,
  error_chain: /^(ErrorCode|ErrorDomain|LocalizedDescription|USEnglishDescription)$/,
  // Apple's names of what an app is.
  flags: /^[A-Z][A-Za-z]+$/,
  // A declaration as it is written; its payload has the keys of its type.
  source: /^(Type|Identifier|ServerToken|Payload)$/,
  Payload: /^[A-Za-z]+$/,
  // A record: the keys are values.
  counts: /^[A-Z][A-Za-z]+$/,
  values: /^[A-Z][A-Z0-9_]*$/,
  // Devices' own reports, and their errors.
  value: /^[A-Za-z0-9-]+$/,
  error: /^[A-Za-z0-9-]+$/,
};

function check(value: unknown, under: string, at: string): void {
  if (Array.isArray(value)) return value.forEach((item) => check(item, under, at));
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    assert.ok(SNAKE.test(key) || FOREIGN[under]?.test(key) === true, `${at} answers the key "${key}"`);
    // The keys inside of a device's own report are the device's.
    check(inner, under === "value" || under === "error" || under === "Payload" ? under : key, `${at} ${key}`);
  }
}

Deno.test("every field of every schema and every example has a key in snake_case, or Apple's", () => {
  // deno-lint-ignore no-explicit-any
  const { paths, components }: any = openApiDocument(ENDPOINTS, "https://mdm.example.com");
  // deno-lint-ignore no-explicit-any
  const properties = (schema: any, under: string, at: string): void => {
    if (typeof schema !== "object" || schema === null) return;
    for (const inner of [...schema.anyOf ?? [], schema.items, schema.additionalProperties]) {
      properties(inner, under, at);
    }
    for (const [key, inner] of Object.entries(schema.properties ?? {})) {
      check({ [key]: null }, under, at);
      properties(inner, key, `${at} ${key}`);
    }
  };
  for (const [name, schema] of Object.entries(components.schemas)) properties(schema, "", name);
  // deno-lint-ignore no-explicit-any
  for (const [path, operations] of Object.entries<any>(paths)) {
    for (const [method, operation] of Object.entries<Record<string, never>>(operations)) {
      // deno-lint-ignore no-explicit-any
      const { requestBody, responses }: any = operation;
      for (const one of [requestBody, ...Object.values(responses)]) {
        check(one?.content?.["application/json"]?.example, "", `${method} ${path}`);
      }
    }
  }
});

Deno.test("whatever a living server answers has keys in snake_case, or Apple's", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    const model = MODELS.find(({ platform }) => platform === "macOS");
    assert.ok(model !== undefined);
    let fails = true;
    const device = await fleet.enrolled({
      model,
      mischief: (type) => fails && (type === "InstallProfile" || type === "RestartDevice") ? "Error" : undefined,
    });
    const blueprint = await makeBlueprint(fleet, {
      collect_apps: 2,
      collect_certificates: 2,
      collect_profiles: 2,
      legacy_profiles_via_ddm: false,
    });
    const { artifact } = await makeProfile(fleet);
    const declaration = await makeDeclaration(fleet);
    await link(fleet, blueprint.id, artifact.id);
    await link(fleet, blueprint.id, declaration.artifact.id);
    await assign(fleet, device.serialNumber, blueprint.id);
    const id = await idOf(fleet, device.serialNumber);
    const restart = "<dict><key>RequestType</key><string>RestartDevice</string></dict>";
    await made(fleet, "POST", `/api/mdm/devices/${id}/send_custom_command/`, { command: restart });
    await made(fleet, "PUT", `/api/inventory/devices/${device.serialNumber}/values/`, { values: { ASSET_TAG: "1" } });
    await settle(fleet);
    await device.connect();
    fails = false;
    fleet.runtime.clock.advance(2 * 3600);
    await device.connect();
    fleet.runtime.clock.advance(86_400);
    await device.connect();
    await device.reportEverything();
    await made(fleet, "POST", `/api/mdm/devices/${id}/lock/`, { pin: "123456" });
    await settle(fleet);
    const [job] = await sql<{ id: string }[]>`select id from jobs limit 1`;
    const one = async (list: string): Promise<string> => {
      const { json } = await fleet.api("GET", `${list}?limit=1`);
      return String(json.results?.[0]?.uuid ?? json.results?.[0]?.id ?? "0");
    };
    const seen = new Set<string>();
    for (const { method, path, response } of ENDPOINTS) {
      if (method !== "GET" || !("schema" in response)) continue;
      const address = path.includes("/devices/{id}/")
        ? path.replace("{id}", String(id)).replace("{path}", "device.operating-system.version")
        : path.startsWith("/api/task_result/")
        ? path.replace("{id}", job?.id ?? "")
        : path.includes("{id}")
        ? path.replace("{id}", await one(path.slice(0, path.indexOf("{"))))
        : path.replace("{serial_number}", device.serialNumber);
      const { status, json } = await fleet.api("GET", path.endsWith("/events/") ? `${address}?limit=500` : address);
      if (status === 200) seen.add(path);
      else assert.equal(status, 404, `${address}: ${JSON.stringify(json)}`);
      check(json, "", path);
    }
    assert.ok(seen.size > 45, `only ${seen.size} endpoints answered`);
    // The answers were not empty where it matters.
    const { json: profiles } = await fleet.api("GET", `/api/mdm/devices/${id}/profiles/`);
    assert.deepEqual(Object.keys(profiles[0].payloads[0]).sort(), ["display_name", "identifier", "type", "uuid"]);
    const { json: commands } = await fleet.api("GET", "/api/mdm/devices/commands/?limit=500");
    const chains = commands.results.flatMap((command: { error_chain: unknown[] | null }) => command.error_chain ?? []);
    assert.ok(chains.length >= 2);
    for (const chain of chains) {
      assert.deepEqual(Object.keys(chain).sort(), [
        "ErrorCode",
        "ErrorDomain",
        "LocalizedDescription",
        "USEnglishDescription",
      ]);
    }
  }));
