/**
 * A digest of a channel's desired state: while it is unchanged, the device has no reason to connect.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { BlueprintContent } from "../blueprints/content.ts";
import { enforcementPayload } from "../updates/enforcement.ts";
import type { Situation } from "./situation.ts";

/**
 * Returns the digest. It does not include facts that only time or the device itself changes (retries, reinstall
 * intervals, its OS version), since the device connects for those by itself.
 */
export function desiredDigest(
  blueprint: BlueprintContent | null,
  { deliveries, update, ofMacs, storeVersions }: Pick<
    Situation,
    "deliveries" | "update" | "ofMacs" | "storeVersions"
  >,
): string {
  const settings = blueprint === null ? null : [
    blueprint.id,
    blueprint.inventoryIntervalSeconds,
    blueprint.collectApps,
    blueprint.collectCertificates,
    blueprint.collectProfiles,
    blueprint.legacyProfilesViaDdm,
  ];
  const items = deliveries.flatMap(({ via, waits, resolution: { artifact, version } }) =>
    via === null ? [] : [[
      artifact.id,
      version.id,
      version.contentRevision,
      artifact.reinstallInterval,
      artifact.reinstallOnOsUpdate,
      waits === null,
      // An app that a command has installed may become a declared one.
      ...(version.licence !== undefined && via === "declaration" ? [via] : []),
      ...(storeVersions.has(version.id) ? [storeVersions.get(version.id)] : []),
    ]]
  );
  items.sort((one, other) => (String(one[0]) < String(other[0]) ? -1 : 1));
  // Added where there is one: the digests of devices without stay what they were.
  const told = update.target === null ? [] : [enforcementPayload(update.target)];
  const secrets = ofMacs === null || (ofMacs.filevault === null && ofMacs.recoveryPassword === null) ? [] : [ofMacs];
  return createHash("sha1").update(JSON.stringify([settings, items, ...told, ...secrets])).digest("hex");
}
