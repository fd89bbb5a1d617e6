import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { Endpoint } from "../../routes/api/endpoint.ts";
import { isSchema, jsonSchema, type Schema } from "../../routes/api/json_schema.ts";
import { ENDPOINTS } from "../../routes/api/registry.ts";
import { withFleet } from "../support/fleet.ts";
import { digests, world } from "../support/refused_writes.ts";
import { type Fields, personWith } from "./admin/support.ts";
import { type FormField, type Noun, NOUNS, UNPAIRED } from "./nouns.ts";

type Body = Record<string, unknown>;
/** A body that is wrong, and what was done to it. */
type Bad = { what: string; body: Body };

/** A key that no object has. */
const NONE = 200_000_000;
const CONTROL = "a\u0001b";

function endpointOf({ api }: Noun): Endpoint & { body: NonNullable<Endpoint["body"]> } {
  const found = ENDPOINTS.find(({ method, path }) => `${method} ${path}` === api);
  assert.ok(found?.body !== undefined, api);
  return { ...found, body: found.body };
}

/** The schema of a field inside others, and whether it has to be there. */
function fieldAt(root: Schema, path: string): { schema: Schema; required: boolean } {
  let [schema, required] = [root, true];
  for (const name of path.split(".")) {
    const inner = Array.isArray(schema.anyOf) ? schema.anyOf.filter(isSchema) : [];
    const owner = [schema, ...inner].find(({ properties }) => isSchema(properties)) ?? schema;
    const field = isSchema(owner.properties) ? owner.properties[name] : undefined;
    assert.ok(isSchema(field), `${path} is no field of the body`);
    required = Array.isArray(owner.required) && owner.required.includes(name);
    schema = field;
  }
  return { schema, required };
}

function getAt(body: Body, path: string): unknown {
  return path.split(".").reduce<unknown>((value, name) => (isSchema(value) ? value[name] : undefined), body);
}

function withAt(body: Body, path: string, value: unknown): Body {
  const [first = "", ...rest] = path.split(".");
  const { [first]: before, ...others } = body;
  if (rest.length > 0) return { ...body, [first]: withAt(isSchema(before) ? before : {}, rest.join("."), value) };
  return value === undefined ? others : { ...body, [first]: value };
}

/** Values that a schema refuses, each with what is wrong with it. */
function badValues(schema: Schema): [string, unknown][] {
  const { type, enum: choices, minimum, maximum, minLength, maxLength, format, anyOf, items } = schema;
  if (Array.isArray(anyOf)) return anyOf.filter(isSchema).flatMap(badValues);
  if (Array.isArray(choices) || "const" in schema) {
    return [["wrong choice", typeof (Array.isArray(choices) ? choices[0] : schema.const) === "string" ? "nope" : 77]];
  }
  if (type === "integer") {
    const limited = typeof maximum === "number" && maximum < Number.MAX_SAFE_INTEGER;
    return [
      ["no number", "abc"],
      ...(limited ? [["too large", maximum + 1] as [string, unknown]] : [["unknown key", NONE] as [string, unknown]]),
      ...(limited && typeof minimum === "number" ? [["too small", minimum - 1] as [string, unknown]] : []),
    ];
  }
  if (type === "array") {
    const inner = isSchema(items) && items.type !== "object" ? badValues(items) : [];
    return [
      ...inner.map(([what, value]): [string, unknown] => [`item: ${what}`, [value]]),
      ...(typeof schema.minItems === "number" && schema.minItems > 0 ? [["no item", []] as [string, unknown]] : []),
    ];
  }
  if (type !== "string") return [];
  return [
    ...(format === "uuid" ? [["no UUID", "nope"], ["unknown key", crypto.randomUUID()]] as [string, unknown][] : []),
    ...(format === "uri" || format === "date-time" ? [["of another form", "nope"] as [string, unknown]] : []),
    ...(typeof minLength === "number" && minLength > 0 ? [["blank", ""] as [string, unknown]] : []),
    ...(typeof maxLength === "number"
      ? [["too long", "x".repeat(maxLength + 1)], ["control", CONTROL]] as [string, unknown][]
      : []),
  ];
}

const fieldOf = (field: string | FormField): FormField => (typeof field === "string" ? { name: field } : field);

function badBodies(noun: Noun, right: Body, wrong: readonly Body[]): Bad[] {
  const schema = jsonSchema(endpointOf(noun).body);
  const bad: Bad[] = [];
  for (const path of Object.keys(noun.form)) {
    const { schema: field, required } = fieldAt(schema, path);
    const add = (what: string, value: unknown) => {
      if (noun.unsent?.[path]?.(value) !== true) {
        bad.push({ what: `${path}: ${what}`, body: withAt(right, path, value) });
      }
    };
    if (required) add("missing", undefined);
    for (const [what, value] of badValues(field)) add(what, value);
  }
  for (const change of wrong) {
    const body = Object.entries(change).reduce((all, [path, value]) => withAt(all, path, value), right);
    bad.push({ what: JSON.stringify(change), body });
  }
  return bad;
}

/** The form that a browser sends for a body of the API. */
function formOf(noun: Noun, body: Body, fixed: Fields): Fields {
  const fields: Fields = { ...fixed };
  for (const [path, given] of Object.entries(noun.form)) {
    const { name, write } = fieldOf(given);
    const value = getAt(body, path);
    if (value === undefined || value === false) continue;
    if (write !== undefined) Object.assign(fields, write(value, body));
    else if (value === null) fields[name] = "";
    else if (value === true) fields[name] = "on";
    else fields[name] = Array.isArray(value) ? value.map(String) : String(value);
  }
  return fields;
}

/** The sentences of an answer of the API by path. */
function sentencesOf(answer: unknown, path = ""): Record<string, string[]> {
  if (Array.isArray(answer)) return { [path || "non_field_errors"]: answer.map(String) };
  if (!isSchema(answer)) return { [path]: [String(answer)] };
  return Object.assign(
    {},
    ...Object.entries(answer).map(([name, inner]) => sentencesOf(inner, path === "" ? name : `${path}.${name}`)),
  );
}

const unescape = (html: string) =>
  html.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&lt;", "<").replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");

/** The errors on a page: next to its fields, and in alerts. */
function shownOn(html: string): { fields: Record<string, string>; alerts: string[] } {
  const fields = [...html.matchAll(/<span class="error" id="([^"]*)-error">([^<]*)<\/span>/g)];
  return {
    fields: Object.fromEntries(fields.map(([, name = "", text = ""]) => [name, unescape(text)])),
    alerts: [...html.matchAll(/<p role="alert">([^<]*)<\/p>/g)].map(([, text = ""]) => unescape(text)),
  };
}

/** The errors that a page should show for an answer of the API. */
function expectedOn(noun: Noun, body: Body, said: Record<string, string[]>): ReturnType<typeof shownOn> {
  const left = new Map(Object.entries(said));
  const fields: Record<string, string> = {};
  const named = Object.entries(noun.form).flatMap(([path, given]) => {
    const { name, parts } = fieldOf(given);
    return [...Object.entries(parts?.(getAt(body, path)) ?? {}), [path, name] as const];
  });
  for (const [path, name] of named) {
    const own = [...left.keys()].filter((key) => [path, name].some((one) => key === one || key.startsWith(`${one}.`)));
    const sentences = new Set(own.flatMap((key) => left.get(key) ?? []));
    for (const key of own) left.delete(key);
    if (sentences.size > 0) fields[name] = [...sentences].join(" ");
  }
  return {
    fields,
    alerts: [...left].flatMap(([path, list]) =>
      list.map((one) => path === "non_field_errors" ? one : `${path}: ${one}`)
    ),
  };
}

Deno.test("every body of the API has a page with the same fields, or a reason why there is none", () => {
  const bodies = ENDPOINTS.filter(({ body }) => body !== undefined).map(({ method, path }) => `${method} ${path}`);
  const paired = new Set(NOUNS.map(({ api }) => api));
  assert.deepEqual([...paired, ...Object.keys(UNPAIRED)].sort(), bodies.sort());
});

Deno.test("the API and the pages refuse the same, in the same fields and with the same sentences", () =>
  withFleet(async (fleet) => {
    const known = await world(fleet);
    const { post } = await personWith(fleet.runtime, "superuser");
    let before = await digests(fleet.runtime);
    const faults: string[] = [];
    let count = 0;
    for (const noun of NOUNS) {
      const [method = "", path = ""] = noun.api.split(" ");
      const address = path.replace(/\{\w+\}/, String(noun.id?.(known) ?? ""));
      for (const { what, body } of badBodies(noun, noun.body(known), noun.wrong?.(known) ?? [])) {
        const title = `${noun.api}, ${what}`;
        fleet.runtime.clock.advance(1);
        const answer = await fleet.api(method, address, body);
        const page = await post(noun.page(known), formOf(noun, body, noun.fixed?.(known) ?? {}));
        count++;
        if (answer.status !== 400 || page.status !== 400) {
          faults.push(`${title}: the API answered ${answer.status}, the page ${page.status}`);
          continue;
        }
        const [shown, expected] = [shownOn(page.text), expectedOn(noun, body, sentencesOf(answer.json))];
        if (!isDeepStrictEqual(shown, expected)) {
          faults.push(`${title}: the page shows ${JSON.stringify(shown)}, the API says ${JSON.stringify(expected)}`);
        }
      }
      const after = await digests(fleet.runtime);
      const changed = Object.keys(after).filter((table) => after[table] !== before[table]);
      if (changed.length > 0) faults.push(`${noun.api} changed ${changed.join(", ")}`);
      before = after;
    }
    assert.deepEqual(faults, []);
    assert.ok(count > 10 * NOUNS.length / 2, `only ${count} inputs were tried`);
  }));
