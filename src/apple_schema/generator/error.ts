/**
 * The error of the generator of facts.
 *
 * @module
 */

/** A schema that cannot be read. The message is a sentence that names the file and the place in it. */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
}
