/**
 * Identifiers of declarations and profiles that this server makes. They never change for an artifact, so that a device knows
 * a new version for one.
 *
 * @module
 */

import { type ArtifactType, artifactType } from "../blueprints/artifact_types.ts";
import type { Config } from "../config.ts";
import { reverseDns } from "../protocol/profile.ts";

/** What every identifier of this server begins with: "mdm.example.com" is "com.example.mdm". */
export const identifierPrefix = ({ BASE_URL }: Pick<Config, "BASE_URL">): string =>
  reverseDns(new URL(BASE_URL).hostname);

/** The identifier of an artifact's declaration. */
export const declarationIdentifier = (prefix: string, type: ArtifactType, artifactId: string): string =>
  `${prefix}.${artifactType(type).path}.${artifactId}`;

/** The PayloadIdentifier of an artifact's profile. */
export const profileIdentifier = (prefix: string, artifactId: string): string => `${prefix}.artifact.${artifactId}`;

/** The PayloadUUID of a version of a profile. */
export const profileUuid = (versionId: string): string => versionId.toUpperCase();

/** What a blueprint's own declarations are called. */
export type BuiltInName = "activation" | "management-status-subscriptions";

/** The identifier of a declaration of the blueprint itself. */
export const builtInIdentifier = (prefix: string, blueprintId: number, name: BuiltInName): string =>
  `${prefix}.blueprint.${blueprintId}.${name}`;
