/**
 * Schemas with a name, as components of the document.
 *
 * @module
 */

import { isSchema, type Schema } from "./json_schema.ts";

const DEFINITION = "#/$defs/";

/** Said in a word: as a schema that holds itself, generators of types make an alias of it that holds itself. */
const ANY = "Json";

/** Returns a definition's name among the components: the given one, or the default for any JSON value. */
const nameOf = (name: string): string => name.startsWith("__") ? ANY : name;

/**
 * Returns `value` without definitions of its own, its references leading to components; its definitions are in
 * `components`.
 */
function hoisted(value: unknown, components: Map<string, Schema>): unknown {
  if (Array.isArray(value)) return value.map((item) => hoisted(item, components));
  if (!isSchema(value)) return value;
  const { $defs, ...rest } = value;
  for (const [given, definition] of Object.entries(isSchema($defs) ? $defs : {})) {
    const name = nameOf(given);
    const moved = name === ANY ? { description: "Any JSON value." } : hoisted(definition, components);
    const known = components.get(name);
    // Two that have one name would silently become one.
    if (!isSchema(moved) || (known !== undefined && JSON.stringify(known) !== JSON.stringify(moved))) {
      throw new Error(`Cannot describe the API: two schemas are called ${name}; give one of them an id`);
    }
    components.set(name, moved);
  }
  return Object.fromEntries(
    Object.entries(rest).map(([key, inner]) => [
      key,
      key === "$ref" && typeof inner === "string" && inner.startsWith(DEFINITION)
        ? `#/components/schemas/${nameOf(inner.slice(DEFINITION.length))}`
        : hoisted(inner, components),
    ]),
  );
}

/**
 * Returns the document with every definition that stands inside of a schema moved to the components. In an OpenAPI
 * document references start at the document, not at the schema that they stand in, so they led nowhere.
 */
export function withComponents(document: Schema): Schema {
  const found = new Map<string, Schema>();
  const moved = hoisted(document, found);
  if (!isSchema(moved)) return document;
  const components = isSchema(moved["components"]) ? moved["components"] : {};
  const schemas = isSchema(components["schemas"]) ? components["schemas"] : {};
  return { ...moved, components: { ...components, schemas: { ...schemas, ...Object.fromEntries(found) } } };
}
