/**
 * A digest of what a channel should have: while it stays the same the device has no reason to come.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { BlueprintContent } from "../blueprints/content.ts";
import type { Situation } from "./situation.ts";

/**
 * The digest. What only time or the device itself changes (retries, reinstall intervals, its system) is no part of it, since
 * the device comes for that by itself.
 */
export function desiredDigest(
  blueprint: BlueprintContent | null,
  { deliveries }: Pick<Situation, "deliveries">,
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
    ]]
  );
  items.sort((one, other) => (String(one[0]) < String(other[0]) ? -1 : 1));
  return createHash("sha1").update(JSON.stringify([settings, items])).digest("hex");
}
