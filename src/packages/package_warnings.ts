/**
 * What keeps devices from installing or opening a package, as sentences.
 *
 * Pure.
 *
 * @module
 */

import type { PackageFileFacts } from "../../db/packages/package_files.ts";
import { expiryOf, expirySentence } from "./provisioning.ts";

/** Returns the warnings: an app does not open when its provisioning profile has expired, unless devices have a later one. */
export function packageWarnings({ warnings, profile }: PackageFileFacts, now: Date): string[] {
  const sentence = profile === null
    ? ""
    : expirySentence({ name: profile.name, expiresAt: expiryOf(profile.expiresAt) }, now);
  return [
    ...warnings,
    ...(sentence === ""
      ? []
      : [`${sentence} Upload an app with a new profile, or deliver a new profile as an artifact.`]),
  ];
}
