/**
 * Sets of attributes (RFC 5652 section 5.3, RFC 2986 section 4.1), as signers and requests carry them.
 *
 * @module
 */
import { Der, TAG } from "./der.ts";
import { readOid } from "./der_values.ts";
import { PkiError } from "./errors.ts";

/** One attribute's values, by its dotted type. */
export type Attributes = ReadonlyMap<string, readonly Der[]>;

/** Reads a SET OF Attribute; a repeated type is refused. */
export function readAttributes(set: Der): Attributes {
  const attributes = new Map<string, readonly Der[]>();
  for (const attribute of set.children()) {
    const fields = attribute.fields("an attribute");
    const type = readOid(fields.next("its type"));
    const values = fields.next("its values", TAG.set).children();
    fields.done();
    if (attributes.has(type)) throw new PkiError("cms", `Cannot read the attributes: ${type} is there twice`);
    attributes.set(type, values);
  }
  return attributes;
}

/** Returns the only value of an attribute, or undefined when the attribute is absent. */
export function singleValue(attributes: Attributes | undefined, type: string): Der | undefined {
  const values = attributes?.get(type);
  if (values === undefined) return undefined;
  const value = values[0];
  if (value === undefined || values.length !== 1) {
    throw new PkiError("cms", `Cannot read the attribute ${type}: it has ${values.length} values and should have one`);
  }
  return value;
}
