/**
 * The error of the generator of facts.
 *
 * @module
 */

/** A schema that cannot be parsed. The message is a sentence that names the file and the position. */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
}
