/**
 * Identifiers of the declarations that this server delivers. They never change for an artifact, so a device replaces
 * the declaration by its next version. Identifiers of profiles are in `src/downloads/profile_identifier.ts`.
 *
 * @module
 */

import { type ArtifactType, artifactType } from "./artifact_types.ts";

/** Returns the identifier of an artifact's declaration. The prefix is `identifierPrefix`. */
export const declarationIdentifier = (prefix: string, type: ArtifactType, artifactId: string): string =>
  `${prefix}.${artifactType(type).path}.${artifactId}`;

/** The name of a blueprint's own declaration. */
export type BuiltInName = "activation" | "management-status-subscriptions" | "softwareupdate-enforcement-specific";

/** Returns the identifier of a blueprint's own declaration. */
export const builtInIdentifier = (prefix: string, blueprintId: number, name: BuiltInName): string =>
  `${prefix}.blueprint.${blueprintId}.${name}`;
