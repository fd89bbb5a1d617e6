/**
 * Identifiers of the profiles that this server delivers. They never change for an artifact, so a device replaces the profile
 * by its next version.
 *
 * @module
 */

import type { Config } from "../config.ts";
import { reverseDns } from "../protocol/profile.ts";

/** Returns the start of every identifier of this server: "mdm.example.com" gives "com.example.mdm". */
export const identifierPrefix = ({ BASE_URL }: Pick<Config, "BASE_URL">): string =>
  reverseDns(new URL(BASE_URL).hostname);

/** Returns the PayloadIdentifier of an artifact's profile. */
export const profileIdentifier = (prefix: string, artifactId: string): string => `${prefix}.artifact.${artifactId}`;

/** Returns the PayloadUUID of a version of a profile. */
export const profileUuid = (versionId: string): string => versionId.toUpperCase();
