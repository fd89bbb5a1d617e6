/**
 * The digest of FileVault settings, and the identifiers of the payloads that they become.
 *
 * Pure.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { FilevaultJson } from "../../db/blueprints/blueprint_content.ts";

/** Settings as far as the profile has them. */
export type ProfileSettings = Omit<FilevaultJson, "prkRotationIntervalDays">;

/** Returns a UUID (version 8, RFC 9562) that follows from a text. */
export function uuidOf(text: string): string {
  const bytes = createHash("sha256").update(text).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/**
 * Returns the digest of settings. Another one is another profile for devices, so what only the server reads (the name,
 * the rotation) is not in it.
 */
export const filevaultConfigUuid = (config: ProfileSettings): string =>
  uuidOf(JSON.stringify([
    "FileVault",
    config.id,
    config.escrowLocationDisplayName,
    config.atLoginOnly,
    config.bypassAttempts,
    config.showRecoveryKey,
    config.destroyKeyOnStandby,
  ]));
