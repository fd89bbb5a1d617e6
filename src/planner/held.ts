/**
 * Artifacts that wait until their variables have values.
 *
 * Pure.
 *
 * @module
 */

import type { ContentArtifact, ContentVersion } from "../blueprints/content.ts";

/** Returns the variables of a version that have no value, nor a default, on a channel where `values` have one. */
export const lacking = ({ needed }: Pick<ContentVersion, "needed">, values: ReadonlySet<string>): string[] =>
  needed.filter((name) => !values.has(name));

/** Returns the reason why a version of an artifact waits; null if it does not wait. */
export function valuesAwaited(
  artifact: Pick<ContentArtifact, "holdWithoutValues">,
  version: Pick<ContentVersion, "needed">,
  values: ReadonlySet<string>,
): string | null {
  const missing = artifact.holdWithoutValues ? lacking(version, values) : [];
  const names = missing.map((name) => `$${name}`).join(", ");
  return missing.length === 0 ? null : `waits for ${missing.length === 1 ? "a value" : "values"} of ${names}`;
}
