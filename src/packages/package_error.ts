/**
 * A file that is no package which devices can install.
 *
 * @module
 */

/** The message is a sentence for the person who has sent the file. */
export class PackageError extends Error {
  override readonly name = "PackageError";
}
