/**
 * The OpenAPI document of a server, with existing ids and values: without them a generator of requests gets only 404
 * and 400.
 *
 * @module
 */

type Schema = Record<string, unknown>;

/** The objects of a server. */
export type Known = {
  /** Lists of ids by the address that lists them, e.g. `/api/mdm/artifacts/`. */
  ids: ReadonlyMap<string, readonly (string | number)[]>;
  /** The objects in the answers of those addresses. */
  objects: ReadonlyMap<string, readonly Schema[]>;
};

/** Fields and parameters that name another object, and where those are listed. */
const REFERENCES: Readonly<Record<string, string>> = {
  artifact: "/api/mdm/artifacts/",
  requires: "/api/mdm/artifacts/",
  blueprint: "/api/mdm/blueprints/",
  push_certificate: "/api/mdm/push_certificates/",
  scep_issuer: "/api/mdm/scep_issuers/",
  meta_business_unit: "/api/inventory/meta_business_units/",
  taxonomy: "/api/inventory/taxonomies/",
  tags: "/api/inventory/tags/",
  excluded_tags: "/api/inventory/tags/",
  user: "/api/accounts/users/",
  roles: "/api/accounts/roles/",
  serial_number: "serial numbers",
  serial_numbers: "serial numbers",
  path: "status items",
};

const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `schema`, where a value may also be one that some object has, of whatever type that is. */
function orAsIn(schema: unknown, name: string, objects: readonly Schema[]): unknown {
  const texts = new Set(
    objects.map((object) => JSON.stringify(object[name])).filter((text) => text !== undefined && text !== "null"),
  );
  const values: unknown[] = [...texts].slice(0, 8).map((text) => JSON.parse(text));
  return values.length === 0 ? schema : { anyOf: [{ enum: values }, schema] };
}

/** `schema`, where a value may also be one of those that are known. */
function offering(schema: unknown, known: readonly (string | number)[] | undefined): unknown {
  if (!isSchema(schema) || known === undefined || known.length === 0) return schema;
  if (schema["type"] === "array") return { ...schema, items: offering(schema["items"], known) };
  const types = new Set<string>(known.map((id) => typeof id === "number" ? "integer" : "string"));
  if (Array.isArray(schema["anyOf"])) {
    return { ...schema, anyOf: schema["anyOf"].map((one) => offering(one, known)) };
  }
  return types.has(String(schema["type"])) ? { anyOf: [{ enum: known }, schema] } : schema;
}

/** Calls `change` for every property of every schema inside. */
function eachProperty(value: unknown, change: (name: string, schema: unknown) => unknown): void {
  if (Array.isArray(value)) return value.forEach((item) => eachProperty(item, change));
  if (!isSchema(value)) return;
  const { properties } = value;
  if (isSchema(properties)) {
    for (const [name, schema] of Object.entries(properties)) properties[name] = change(name, schema);
  }
  Object.values(value).forEach((item) => eachProperty(item, change));
}

/** Where the objects are listed that a parameter of a path names. */
const listOf = (path: string, name: string): string =>
  name === "id" && !path.endsWith("/tags/{id}/")
    ? path.slice(0, path.indexOf("{"))
    : REFERENCES[name] ?? "/api/inventory/tags/";

/** Returns the document with known values in parameters and bodies; its own constraints still apply. */
export function withKnown(document: Schema, { ids, objects }: Known): Schema {
  const copy: Schema = structuredClone(document);
  const paths = isSchema(copy["paths"]) ? copy["paths"] : {};
  for (const [path, operations] of Object.entries(paths)) {
    for (const operation of Object.values(isSchema(operations) ? operations : {})) {
      if (!isSchema(operation)) continue;
      const parameters = Array.isArray(operation["parameters"]) ? operation["parameters"] : [];
      for (const parameter of parameters) {
        const name = String(parameter.name);
        const list = parameter.in === "path" ? listOf(path, name) : REFERENCES[name] ?? "";
        parameter.schema = offering(parameter.schema, ids.get(list));
      }
      eachProperty(
        operation["requestBody"],
        (name, schema) =>
          REFERENCES[name] === undefined
            ? orAsIn(schema, name, objects.get(path.replace(/[{].*/, "")) ?? [])
            : offering(schema, ids.get(REFERENCES[name])),
      );
    }
  }
  return copy;
}
