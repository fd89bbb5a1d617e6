/**
 * The identifier of the asset that has the configuration of a declared app.
 *
 * @module
 */

/** Returns it; `path` is the part of identifiers that names the artifact's type. */
export const configurationIdentifier = (prefix: string, path: string, artifactId: string): string =>
  `${prefix}.${path}-configuration.${artifactId}`;
