/**
 * Compares the profiles that a device lists with those that it was given, in both directions. What it lists is verified. What
 * it accepted and does not list is gone, and will be installed again; what it refused and lists all the same is there; what it
 * removed and lists still will be removed again. A list that disagrees with the device's answers time after time ends the tries.
 *
 * @module
 */

import {
  countDisagreements,
  findTargetArtifacts,
  markVerified,
  type TargetArtifactRow,
} from "../../db/artifacts/target_artifacts.ts";
import type { Tx } from "../../db/open.ts";
import { identifierPrefix, profileIdentifier, profileUuid } from "../downloads/profile_identifier.ts";
import type { By } from "../events/by.ts";
import type { Runtime } from "../runtime.ts";
import { isPresent, type ObservedStatus } from "./observed_artifact.ts";
import { type ArtifactOwner, recordSeen, type SeenVersion } from "./record_observations.ts";

/** Lists in a row that may disagree with the device's answers before a version is left as it is. */
const MOST_DISAGREEMENTS = 3;

const UNLISTED = "the device does not list it";

/** Whether a version counts as gone because of a list, and not of a command that was acknowledged. */
const isUnlisted = ({ extraInfo }: TargetArtifactRow): boolean =>
  typeof extraInfo === "object" && extraInfo !== null && Reflect.get(extraInfo, "reason") === UNLISTED;

type Finding = { status: ObservedStatus; reason: string; disagrees: boolean };

/** What a list says of a version that came, or went, by command; undefined when it agrees with what is known. */
function findingOf(row: TargetArtifactRow, listed: boolean): Finding | undefined {
  if (isPresent(row.status)) {
    return listed
      ? undefined
      // A profile that was listed before was taken away by somebody; one that never was is not kept by the device.
      : { status: "Uninstalled", reason: UNLISTED, disagrees: row.verifiedAt === null };
  }
  if (!listed) return undefined;
  switch (row.status) {
    case "Uninstalled":
      return isUnlisted(row)
        ? { status: "Acknowledged", reason: "the device lists it", disagrees: false }
        : { status: "RemovalFailed", reason: "the device lists it still", disagrees: true };
    case "Failed":
      // An older content of the same version is listed under the same UUID: only a first installation is proven.
      return row.installedAt === null
        ? { status: "Acknowledged", reason: "the device lists it", disagrees: false }
        : undefined;
    default:
      return undefined;
  }
}

/** Takes a ProfileList of a channel into account. */
export async function verifyProfiles(
  tx: Tx,
  runtime: Pick<Runtime, "clock" | "random" | "config">,
  by: By,
  owner: ArtifactOwner,
  listed: readonly { identifier: string; uuid: string }[],
): Promise<void> {
  const prefix = identifierPrefix(runtime.config);
  const found = new Map(listed.map(({ identifier, uuid }) => [identifier, uuid.toUpperCase()]));
  const lists = (row: TargetArtifactRow) =>
    found.get(profileIdentifier(prefix, row.artifactId)) === profileUuid(row.versionId);
  const rows = (await findTargetArtifacts(tx, owner.channelId)).filter(({ type }) => type === "Profile");
  // Of what came by declaration the status reports tell.
  const findings = rows.filter(({ via }) => via === "command").flatMap((row) => {
    const finding = findingOf(row, lists(row));
    return finding === undefined ? [] : [{ row, ...finding }];
  });
  const disagreements = await countDisagreements(
    tx,
    owner.channelId,
    findings.filter(({ disagrees }) => disagrees).map(({ row }) => row.versionId),
  );
  const seen = findings.map(({ row, status, reason }): SeenVersion => {
    const about = {
      versionId: row.versionId,
      contentRevision: row.contentRevision,
      via: "command" as const,
      uniqueInstallIdentifier: row.uniqueInstallIdentifier,
    };
    const times = disagreements.get(row.versionId) ?? 0;
    if (times < MOST_DISAGREEMENTS) return { ...about, status, extraInfo: { reason } };
    return {
      ...about,
      status: status === "Uninstalled" ? "Failed" : status,
      extraInfo: { reason: `${reason}, ${times} lists in a row. It is not retried` },
      final: true,
    };
  });
  await recordSeen(tx, runtime, by, owner, seen);
  const proven = [
    ...rows.filter((row) => isPresent(row.status) && lists(row)),
    ...findings.filter(({ status }) => isPresent(status)).map(({ row }) => row),
  ];
  await markVerified(tx, owner.channelId, proven.map(({ versionId }) => versionId), runtime.clock.now());
}
